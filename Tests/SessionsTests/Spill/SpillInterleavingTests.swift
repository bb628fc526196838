import Testing

/// Parallel requests of one browser whose session moves to a store, in 500 random orders that are the same each time.
struct SpillInterleavingTests {
    private static let runs = 4
    private static let each = 125

    @Test(arguments: 0..<runs)
    func `no change is lost, and no session comes back`(run: Int) throws {
        var seen = (moved: 0, failed: 0, waited: 0, led: 0, returned: 0)
        for number in 0..<Self.each {
            let seed = UInt64(run * Self.each + number + 1)
            var interleaving = SpillInterleaving(seed: seed)
            try interleaving.run(steps: 40)
            #expect(interleaving.mistakes.isEmpty, "seed \(seed): \(interleaving.mistakes)")
            if !interleaving.mistakes.isEmpty { print(seed, interleaving.trace.joined(separator: "\n")); return }
            seen.moved += interleaving.seen.moved
            seen.failed += interleaving.seen.failed
            seen.waited += interleaving.seen.waited
            seen.led += interleaving.seen.led
            seen.returned += interleaving.seen.returned
        }
        // The orders are such as to try what is to be tried.
        let counts = [seen.moved, seen.failed, seen.waited, seen.led, seen.returned]
        #expect(counts.allSatisfy { $0 > 3 }, "\(seen)")
    }
}
