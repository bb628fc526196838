/// The stores a route file can name for a session without anything else running.
enum SessionStores {
    static let all = ["cookie", "memory"]
}
