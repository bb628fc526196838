/// Puts the environment into a value of the route file: `${NAME}`, `${NAME:-default}`, and `$$` for a dollar sign.
///
/// It works on single values after the file was parsed, so that a variable can never change the file's structure.
enum EnvironmentReferences {
    /// Why a value cannot be completed.
    enum Problem: Error, Equatable {
        /// A variable without default is not set.
        case unset(String)
        /// A `${` that is not followed by a name and `}` or `:-`.
        case malformed(String)
    }

    /// The text with every reference replaced.
    ///
    /// As in a shell, `:-` gives the default also for a variable that is set to nothing.
    static func replaced(in text: String, by environment: [String: String]) throws(Problem) -> String {
        guard text.contains("$") else { return text }
        let scalars = Array(text.unicodeScalars)
        var result = String.UnicodeScalarView()
        var index = 0
        while index < scalars.count {
            let next: Unicode.Scalar? = index + 1 < scalars.count ? scalars[index + 1] : nil
            guard scalars[index] == "$", next == "{" || next == "$" else {
                result.append(scalars[index])
                index += 1
                continue
            }
            if next == "$" {
                result.append("$")
                index += 2
                continue
            }
            let reference = try read(scalars, at: index)
            let value = environment[reference.name]
            if let fallback = reference.fallback {
                result.append(contentsOf: (value?.isEmpty == false ? value ?? "" : fallback).unicodeScalars)
            } else if let value {
                result.append(contentsOf: value.unicodeScalars)
            } else {
                throw .unset(reference.name)
            }
            index = reference.end
        }
        return String(result)
    }

    /// Whether a scalar may stand in a variable's name.
    static func isNamePart(_ scalar: Unicode.Scalar) -> Bool {
        ("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar) || ("0"..."9").contains(scalar) || scalar == "_"
    }

    private static func read(
        _ scalars: [Unicode.Scalar],
        at start: Int
    ) throws(Problem) -> (name: String, fallback: String?, end: Int) {
        guard let close = scalars[start...].firstIndex(of: "}") else { throw .malformed(string(scalars[start...])) }
        let inside = scalars[(start + 2)..<close]
        let name = inside.prefix(while: isNamePart)
        let rest = inside.dropFirst(name.count)
        guard let first = name.first, !("0"..."9").contains(first) else {
            throw .malformed(string(scalars[start...close]))
        }
        if rest.isEmpty { return (string(name), nil, close + 1) }
        // A reference within a default would end at the first brace, and its rest be taken for text.
        guard rest.starts(with: [":", "-"]), !string(rest).contains("${") else {
            throw .malformed(string(scalars[start...close]))
        }
        return (string(name), string(rest.dropFirst(2)), close + 1)
    }

    private static func string(_ scalars: ArraySlice<Unicode.Scalar>) -> String {
        var view = String.UnicodeScalarView()
        view.append(contentsOf: scalars)
        return String(view)
    }
}
