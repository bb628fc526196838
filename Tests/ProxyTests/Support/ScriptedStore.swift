import Sessions
import Testing

/// A store that answers when the test says so.
final class ScriptedStore: WaitingStore {
    /// One question, and whom to tell.
    struct Question {
        let request: StoreRequest
        let waiter: StoreWaiter
        let ticket: UInt32
    }

    private(set) var questions: [Question] = []
    private(set) var isClosed = false
    /// What it says at once, if anything.
    var immediate: StoreAnswer?

    override func ask(_ request: StoreRequest, now: Int64, for waiter: StoreWaiter, ticket: UInt32) -> StoreAnswer? {
        questions.append(Question(request: request, waiter: waiter, ticket: ticket))
        return immediate
    }

    override func close() { isClosed = true }

    /// Lets go of whoever asked: an exchange holds its store, and would be held by it for ever.
    func forget() { questions = [] }

    /// Answers the question asked last, or another.
    func answer(_ answer: StoreAnswer, _ place: Int? = nil) throws {
        let question = try #require(place.map { questions[$0] } ?? questions.last)
        question.waiter.storeAnswered(answer, ticket: question.ticket)
    }

    /// What each question is about, in a word.
    var words: [String] {
        questions.map { question in
            switch question.request {
            case .open: "open"
            case .create: "create"
            case .adopt: "adopt"
            case .apply: "apply"
            case .renew: "renew"
            case .replace: "replace"
            case .delete: "delete"
            }
        }
    }

    /// A session with one value, as the answer to the question asked last.
    func session(_ name: String = "a", _ text: String = "1", lastSeen: Int64 = 1 << 40) throws -> StoreAnswer {
        let question = try #require(questions.last)
        var values = StoredValues()
        let isAdded = values.append(name: Array("\"\(name)\"".utf8).span, text: Array(text.utf8).span, stamp: 0)
        #expect(isAdded)
        return .opened(
            StoredSession(key: question.request.key, values: values, birth: lastSeen, lastSeen: lastSeen)
        )
    }
}
