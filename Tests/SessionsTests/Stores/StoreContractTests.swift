import Sessions
import Testing

/// The contract, kept by the memory store.
struct StoreContractTests {
    @Test(arguments: StoreObligation.allCases)
    func `memory keeps its promise`(_ obligation: StoreObligation) throws {
        let times = StoreTimes(.testing { $0.lifetime = 300_000 })
        let memory = MemoryStore(size: MemoryStore.smallestSize, times: times)
        try obligation.hold(for: StoreUnderTest(times: times) { memory.ask($0, now: $1) })
        // Whatever was asked of it.
        #expect(memory.figures.bytes <= MemoryStore.smallestSize)
    }
}
