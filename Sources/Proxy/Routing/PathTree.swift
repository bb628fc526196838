internal import HTTP

/// The paths of all routes as a tree of segments, with a root for each host.
///
/// Among the routes that match, the one with the most segments wins; of two with as many, the one that has a literal
/// where the other has a parameter, from the left; of two with the same segments, the one without `*`. A walk visits
/// literals before parameters and what is below before what is above, so the first it meets of a length is the best.
///
/// A class, so that to walk it copies none of the arrays it is made of.
final class PathTree: Sendable {
    private struct Node {
        var parameter: Int32 = -1
        /// The most segments of a route here or below.
        var deepest: Int32 = 0
        /// The routes whose path ends here, and those that take what is below too: ranges of `lists`, best first.
        var end: Range<Int32> = 0..<0
        var rest: Range<Int32> = 0..<0
    }

    private let nodes: [Node]
    private let edges: ByteTable
    private let lists: [Int32]
    private let criteria: [RouteCriteria]
    /// What is read of the criteria for nearly every route, without touching the arrays in them.
    private let methods: [(named: UInt16, taken: UInt16, isPlain: Bool)]

    /// A route's path in the tree.
    struct Entry {
        var root: Int32
        /// nil is a parameter.
        var segments: [[UInt8]?]
        var matchesBelow: Bool
    }

    /// The best route found so far on a walk.
    private struct Best {
        var depth: Int32 = -1
        var route: Int32 = -1
    }

    /// Builds the tree for routes in the order of the file; roots are numbered from 0.
    init(_ entries: [Entry], roots: Int32, criteria: [RouteCriteria], rank: (Int, Int) -> Bool) {
        var nodes = [Node](repeating: Node(), count: Int(roots))
        var children: [Key: Int32] = [:]
        var ends: [Int32: [Int]] = [:]
        var rests: [Int32: [Int]] = [:]
        for (route, entry) in entries.enumerated() {
            let depth = Int32(entry.segments.count)
            var node = entry.root
            nodes[Int(node)].deepest = max(nodes[Int(node)].deepest, depth)
            for segment in entry.segments {
                var child: Int32
                if let segment {
                    child = children[Key(node: node, segment: segment)] ?? -1
                } else {
                    child = nodes[Int(node)].parameter
                }
                if child < 0 {
                    child = Int32(nodes.count)
                    nodes.append(Node())
                    if let segment {
                        children[Key(node: node, segment: segment)] = child
                    } else {
                        nodes[Int(node)].parameter = child
                    }
                }
                node = child
                nodes[Int(node)].deepest = max(nodes[Int(node)].deepest, depth)
            }
            if entry.matchesBelow {
                rests[node, default: []].append(route)
            } else {
                ends[node, default: []].append(route)
            }
        }
        var lists: [Int32] = []
        func list(_ routes: [Int]) -> Range<Int32> {
            let start = Int32(lists.count)
            lists.append(contentsOf: routes.sorted(by: rank).map { Int32($0) })
            return start..<Int32(lists.count)
        }
        for (node, routes) in ends { nodes[Int(node)].end = list(routes) }
        for (node, routes) in rests { nodes[Int(node)].rest = list(routes) }
        self.nodes = nodes
        self.lists = lists
        edges = ByteTable(children.map { ($0.key.node, $0.key.segment, $0.value) })
        self.criteria = criteria
        methods = criteria.map { ($0.named, $0.taken, $0.isPlain) }
    }

    private struct Key: Hashable {
        var node: Int32
        var segment: [UInt8]
    }

    /// The best route below a root for a request; -1: none.
    ///
    /// A path that does not begin with `/`, as `*` of `OPTIONS *`, has no segments and is matched by `/*` alone.
    func best(
        root: Int32,
        path: Span<UInt8>,
        query: Span<UInt8>,
        method: Method,
        name: Span<UInt8>,
        head: RequestHead,
        bytes: Span<UInt8>
    ) -> Int32 {
        var best = Best()
        guard !path.isEmpty, path[0] == UInt8(ascii: "/") else {
            return first(nodes[Int(root)].rest, query, method, name, head, bytes)
        }
        walk(root, 1, 0, path, query, method, name, head, bytes, &best)
        return best.route
    }

    /// `offset` is where the next segment begins; behind the end of the path there is none.
    private func walk(
        _ index: Int32,
        _ offset: Int,
        _ depth: Int32,
        _ path: Span<UInt8>,
        _ query: Span<UInt8>,
        _ method: Method,
        _ name: Span<UInt8>,
        _ head: RequestHead,
        _ bytes: Span<UInt8>,
        _ best: inout Best
    ) {
        let node = nodes[Int(index)]
        guard node.deepest > best.depth else { return }
        let isEnd = offset > path.count
        if !isEnd, node.deepest > depth {
            var end = offset
            while end < path.count, path[end] != UInt8(ascii: "/") { end += 1 }
            let literal = edges.find(index, path.extracting(offset..<end))
            if literal >= 0 {
                walk(literal, end + 1, depth + 1, path, query, method, name, head, bytes, &best)
            }
            if node.parameter >= 0, end > offset {
                walk(node.parameter, end + 1, depth + 1, path, query, method, name, head, bytes, &best)
            }
        }
        guard depth > best.depth else { return }
        var route: Int32 = -1
        if isEnd { route = first(node.end, query, method, name, head, bytes) }
        if route < 0 { route = first(node.rest, query, method, name, head, bytes) }
        if route >= 0 { best = Best(depth: depth, route: route) }
    }

    /// The first of a list that takes the request.
    private func first(
        _ list: Range<Int32>,
        _ query: Span<UInt8>,
        _ method: Method,
        _ name: Span<UInt8>,
        _ head: RequestHead,
        _ bytes: Span<UInt8>
    ) -> Int32 {
        let bit = RouteCriteria.bit(method)
        // A route that names HEAD is better for HEAD than one that names GET.
        if method == .head, list.count > 1 {
            for position in list {
                let route = lists[Int(position)]
                if methods[Int(route)].named & bit != 0, accepts(route, query, method, name, head, bytes) {
                    return route
                }
            }
        }
        for position in list {
            let route = lists[Int(position)]
            if methods[Int(route)].taken & bit != 0, accepts(route, query, method, name, head, bytes) { return route }
        }
        return -1
    }

    private func accepts(
        _ route: Int32,
        _ query: Span<UInt8>,
        _ method: Method,
        _ name: Span<UInt8>,
        _ head: RequestHead,
        _ bytes: Span<UInt8>
    ) -> Bool {
        if methods[Int(route)].isPlain { return true }
        if method == .other, !criteria[Int(route)].takesOther(name) { return false }
        return criteria[Int(route)].accepts(head: head, bytes: bytes, query: query)
    }

    /// Adds every route below a root that matches a request in all but its method.
    func collect(
        root: Int32,
        path: Span<UInt8>,
        query: Span<UInt8>,
        head: RequestHead,
        bytes: Span<UInt8>,
        into routes: inout [Int]
    ) {
        guard !path.isEmpty, path[0] == UInt8(ascii: "/") else {
            for position in nodes[Int(root)].rest
            where criteria[Int(lists[Int(position)])].accepts(head: head, bytes: bytes, query: query) {
                routes.append(Int(lists[Int(position)]))
            }
            return
        }
        gather(root, 1, path, query, head, bytes, &routes)
    }

    private func gather(
        _ index: Int32,
        _ offset: Int,
        _ path: Span<UInt8>,
        _ query: Span<UInt8>,
        _ head: RequestHead,
        _ bytes: Span<UInt8>,
        _ routes: inout [Int]
    ) {
        let node = nodes[Int(index)]
        if offset <= path.count {
            var end = offset
            while end < path.count, path[end] != UInt8(ascii: "/") { end += 1 }
            let literal = edges.find(index, path.extracting(offset..<end))
            if literal >= 0 { gather(literal, end + 1, path, query, head, bytes, &routes) }
            if node.parameter >= 0, end > offset { gather(node.parameter, end + 1, path, query, head, bytes, &routes) }
        } else {
            for position in node.end
            where criteria[Int(lists[Int(position)])].accepts(head: head, bytes: bytes, query: query) {
                routes.append(Int(lists[Int(position)]))
            }
        }
        for position in node.rest
        where criteria[Int(lists[Int(position)])].accepts(head: head, bytes: bytes, query: query) {
            routes.append(Int(lists[Int(position)]))
        }
    }
}
