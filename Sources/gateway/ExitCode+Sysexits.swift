internal import ArgumentParser

/// The codes of sysexits.h that the gateway leaves with.
extension ExitCode {
    /// EX_USAGE: the command line is wrong.
    static let usage = ExitCode(64)
    /// EX_DATAERR: what was asked for cannot be done.
    static let dataError = ExitCode(65)
    /// EX_UNAVAILABLE: what is needed does not answer.
    static let unavailable = ExitCode(69)
    /// EX_NOINPUT: the route file cannot be read.
    static let noInput = ExitCode(66)
    /// EX_CANTCREAT: a file cannot be written.
    static let cannotCreate = ExitCode(73)
    /// EX_CONFIG: the route file is wrong.
    static let configuration = ExitCode(78)
}
