import Sessions

/// What a scripted service answers.
struct Answer {
    var status = 200
    var fields: [(name: String, value: String)] = []

    static func ok(_ fields: (String, String)...) -> Answer {
        Answer(status: 200, fields: fields.map { (name: $0.0, value: $0.1) })
    }

    static func status(_ status: Int, _ fields: (String, String)...) -> Answer {
        Answer(status: status, fields: fields.map { (name: $0.0, value: $0.1) })
    }

    func changes() throws(SaveError) -> SessionChanges {
        var changes = SessionChanges()
        for (name, value) in fields {
            let bytes = Array(value.utf8)
            switch name {
            case "Clear": try changes.clear(bytes.span)
            case "Delete": try changes.delete(bytes.span)
            case "Set": try changes.set(bytes.span)
            case "Set-Once": try changes.setOnce(bytes.span)
            case "Revoke": try changes.revoke(bytes.span)
            case "Renew": try changes.renew(bytes.span)
            case "Flash": try changes.flashAdd(bytes.span)
            case "Keep": try changes.flashKeep(bytes.span)
            default: throw SaveError.malformed(field: name, why: "the test says a field that does not exist")
            }
        }
        return changes
    }
}
