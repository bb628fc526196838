import Testing

/// Parallel requests of one browser, in 10,000 random orders that are the same each time.
struct InterleavingTests {
    private static let runs = 20
    private static let each = 500

    @Test(arguments: 0..<runs)
    func `no change is lost and no session comes back`(run: Int) throws {
        var seen = (healed: 0, dropped: 0, forwarded: 0)
        for number in 0..<Self.each {
            let seed = UInt64(run * Self.each + number + 1)
            let rules = Interleaving.Rules.allCases[number % Interleaving.Rules.allCases.count]
            var interleaving = Interleaving(seed: seed, rules)
            try interleaving.run(steps: 40)
            #expect(interleaving.mistakes.isEmpty, "seed \(seed): \(interleaving.mistakes)")
            seen.healed += interleaving.seen.healed
            seen.dropped += interleaving.seen.dropped
            seen.forwarded += interleaving.seen.forwarded
            if !interleaving.mistakes.isEmpty { print(seed, interleaving.trace.joined(separator: "\n")); return }
        }
        // What is tried must really happen.
        #expect(seen.healed > 100 && seen.dropped > 20 && seen.forwarded > 50, "\(seen)")
    }
}
