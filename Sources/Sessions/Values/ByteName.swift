/// A name compared byte by byte.
struct ByteName: Hashable {
    let text: String

    init(_ text: String) {
        self.text = text
    }

    static func == (left: ByteName, right: ByteName) -> Bool {
        left.text.utf8.elementsEqual(right.text.utf8)
    }

    func hash(into hasher: inout Hasher) {
        for byte in text.utf8 { hasher.combine(byte) }
    }
}
