internal import ArgumentParser
internal import Glibc
internal import Proxy

/// A route file on the disk, and what is said on standard error when it cannot be used.
struct ConfigurationFile {
    /// Where a route file is looked for when none is named.
    static let defaultPath = "gateway.conf"

    /// The path as given on the command line.
    let path: String
    /// The file's text.
    let text: String

    /// Reads a file; says why and leaves with 66 if it cannot.
    init(_ path: String) throws(ExitCode) {
        self.path = path
        switch FileText.read(path) {
        case .success(let text): self.text = text
        case .failure(let error):
            var message = "gateway: \(path): \(error.description)\n"
            if error.errno == ENOENT, path == Self.defaultPath {
                message += "`gateway init` writes one to begin with\n"
            }
            Standard.error(message)
            throw .noInput
        }
    }

    /// The settings in the file; prints every error and warning, and leaves with 78 if there is an error.
    ///
    /// Secrets that stand in files are read with it.
    func settings(dev: Bool) throws(ExitCode) -> Settings {
        switch RouteFile.read(text, file: path, environment: Environment.all, dev: dev) {
        case .settings(let settings, let warnings):
            for warning in warnings { Standard.error(warning.rendered(source: text)) }
            return settings
        case .problems(let problems):
            for problem in problems { Standard.error(problem.rendered(source: text)) }
            let errors = problems.count { $0.severity == .error }
            Standard.error("\(path): \(errors) \(errors == 1 ? "error" : "errors")\n")
            throw .configuration
        }
    }
}
