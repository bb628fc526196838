import HTTP
import Harness

/// What came out of decoding some bytes as a chunked body.
struct Decoding: Equatable {
    /// How it ended.
    enum Outcome: Equatable {
        case end, incomplete
        case refused(FramingError)
    }

    private(set) var outcome = Outcome.incomplete
    private(set) var data: [UInt8] = []
    private(set) var consumed = 0
    private(set) var trailerBytes: [UInt8] = []
    private(set) var trailers: [FieldLine] = []

    /// Decodes pieces; `cutAt` says how long the next is, at least 1, given how much is left.
    init(_ bytes: [UInt8], cutAt: (Int) -> Int, limits: HeadLimits) {
        var decoder = ChunkedDecoder(limits: limits)
        var start = 0
        while start < bytes.count, outcome == .incomplete {
            let piece = Array(bytes[start..<min(bytes.count, start + cutAt(bytes.count - start))])
            let taken = decode(piece, &decoder)
            start += taken
            // Where an error stands depends on how much its finder had been given; only an end is told from outside.
            guard outcome == .end else { continue }
            consumed = start
        }
        trailerBytes = decoder.trailerBytes
        trailers = decoder.trailers
    }

    private mutating func decode(_ piece: [UInt8], _ decoder: inout ChunkedDecoder) -> Int {
        var offset = 0
        while true {
            let before = offset
            do {
                switch try decoder.next(piece.span, at: &offset) {
                case .data(let range):
                    must(!range.isEmpty && range.lowerBound >= before && range.upperBound <= offset, "data is inside")
                    data += piece[range]
                case .needMore:
                    must(offset == piece.count, "nothing is left when more is wanted")
                    return offset
                case .end:
                    must(offset <= piece.count, "a body ends in what was given")
                    outcome = .end
                    return offset
                }
            } catch {
                outcome = .refused(error)
                return offset
            }
        }
    }

    /// Checks the trailer section that would be forwarded.
    func checkTrailers() {
        must(outcome == .end || trailers.isEmpty && trailerBytes.isEmpty, "there are no trailers before the end")
        for trailer in trailers {
            must(trailer.value.range.upperBound + 2 <= trailerBytes.count, "trailers are inside their section")
            let name = trailerBytes.span.extracting(trailer.name.range)
            must(FieldName.classify(name) == trailer.id && isAllowedInTrailers(trailer.id), "a trailer may be one")
            for byte in trailerBytes[trailer.value.range] {
                must(byte != 0 && byte != 0x0A && byte != 0x0D, "no trailer breaks its line")
            }
        }
    }
}
