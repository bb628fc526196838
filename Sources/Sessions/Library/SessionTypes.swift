/// The types of an application's own that its sessions keep, each under a name: what `gob.Register` is to gorilla/sessions.
///
/// ```swift
/// var types = SessionTypes()
/// types.register(Account.self, as: "account")
/// var session = try await store.load(from: request, types: types)
/// try session.set("account", Account(id: 42))
/// let account = try session.get("account", as: Account.self)
/// ```
/// A value is kept together with its type's name, as `{"$account":{"id":42}}`: it is never read as another type that
/// happens to have the same fields, and the name stays when the type is moved or renamed. In gorilla's format the name is
/// Go's, `main.Account`, and a value is read and written by the definition that came with one from Go.
public struct SessionTypes: Sendable {
    private var types: [String: any (Codable & Sendable).Type] = [:]
    private var names: [ObjectIdentifier: String] = [:]

    /// No types.
    public init() {}

    /// Makes a type known under a name, which is then the same for as long as there are sessions with it.
    ///
    /// A name for two types, or two names for a type, is a mistake in the program, and ends it.
    public mutating func register<Registered: Codable & Sendable>(_ type: Registered.Type, as name: String) {
        if let known = types[name], known != type { fatalError("\(name) is registered already, for \(known)") }
        if let known = names[ObjectIdentifier(type)], known != name {
            fatalError("\(type) is registered already, as \(known)")
        }
        types[name] = type
        names[ObjectIdentifier(type)] = name
    }

    /// The name of a type.
    func name(of type: any Any.Type) throws(SessionTypeError) -> String {
        guard let name = names[ObjectIdentifier(type)] else { throw .notRegistered("\(type)") }
        return name
    }

    /// The type of a name.
    func type(_ name: String) throws(SessionTypeError) -> any (Codable & Sendable).Type {
        guard let type = types[name] else { throw .notRegistered(name) }
        return type
    }

    /// A value with its type's name.
    static func tag(_ value: Value, _ name: String) -> Value {
        var members = Members()
        members["$" + name] = value
        return .object(members)
    }

    /// The name a value came with, and the value; nil when it has none.
    static func tagged(_ value: Value) -> (name: String, value: Value)? {
        guard case .object(let members) = value, members.list.count == 1, let member = members.list.first,
            member.name.hasPrefix("$")
        else { return nil }
        return (String(member.name.dropFirst()), member.value)
    }
}

/// Why a value has no type, or a type no name.
public enum SessionTypeError: Error, Equatable {
    /// Nobody has registered this type, or a type of this name.
    case notRegistered(String)
}
