import Foundation
import Logging
import Proxy

let text = try String(contentsOfFile: CommandLine.arguments[3], encoding: .utf8)
LoggingSystem.bootstrap(StreamLogHandler.standardError)
switch RouteFile.read(text, file: CommandLine.arguments[3], environment: ProcessInfo.processInfo.environment) {
case .settings(let settings, _): exit(Server.run(settings: settings, logger: Logger(label: "gateway")))
case .problems(let problems): for problem in problems { print(problem) }
    exit(78)
}
