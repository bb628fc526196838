extension SettingsReader {
    /// Reports routes that no request can tell apart, and warns of those that none ever reaches.
    func reportTwins(_ places: [RouteFileNode.Place]) {
        var seen: [Shape: [Int]] = [:]
        for (index, route) in settings.routes.enumerated() {
            let shape = Shape(route)
            for other in seen[shape, default: []] {
                let first = settings.routes[other]
                if Set(first.methods) == Set(route.methods) {
                    problems.error(
                        "no request can tell this route from the one on line \(first.line): both match `\(route.name)`",
                        at: places[index],
                        hint: "give one of them a host, method, header or query of its own, or remove it"
                    )
                    break
                }
                let earlier = Set(first.methods)
                if !route.methods.isEmpty, earlier.isSuperset(of: route.methods) {
                    problems.warning(
                        "no request reaches this route: the one on line \(first.line) takes all of them",
                        at: places[index]
                    )
                    break
                }
            }
            seen[shape, default: []].append(index)
        }
    }

    /// All a route matches but its methods.
    ///
    /// Names of parameters do not count: `/{id}` and `/{name}` are the same.
    private struct Shape: Hashable {
        let host: HostPattern?
        let path: [String?]
        let matchesBelow: Bool
        let headers: Set<[String?]>
        let query: Set<[String?]>

        init(_ route: RouteSettings) {
            host = route.host
            path = route.path.segments.map { if case .literal(let text) = $0 { text } else { nil } }
            matchesBelow = route.path.matchesBelow
            headers = Set(route.headers.map { [$0.name.lowercased(), $0.value] })
            query = Set(route.query.map { [$0.name, $0.value] })
        }
    }
}
