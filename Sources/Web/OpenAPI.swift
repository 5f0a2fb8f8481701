import Desk
import Values

/// The description of the API (OpenAPI 3.1), made from the same declarations that answer it.
enum OpenAPI {
    /// - Parameter known: what is known at this moment of fields whose choices are data.
    static func document(
        _ routes: [RouteDescription], server: String, words: Words, known: KnownChoices = KnownChoices()
    ) -> String {
        var out = JSONText()
        out.object {
            $0.member("openapi", "3.1.0")
            $0.member("info") {
                $0.member("title", "Cunwang")
                $0.member("version", "1")
                $0.member("license") {
                    $0.member("name", "Apache-2.0")
                    $0.member("identifier", "Apache-2.0")
                }
            }
            $0.array("servers", [server]) { out, server in out.object { $0.member("url", server) } }
            $0.member("paths") { paths(&$0, routes.filter(\.isAPI), words, known) }
            $0.member("components") { components(&$0) }
        }
        return out.text
    }

    private static func paths(
        _ out: inout JSONText, _ routes: [RouteDescription], _ words: Words, _ known: KnownChoices
    ) {
        var byPath: [(String, [RouteDescription])] = []
        for route in routes {
            let path = template(route.path)
            if let i = byPath.firstIndex(where: { $0.0 == path }) {
                byPath[i].1.append(route)
            } else {
                byPath.append((path, [route]))
            }
        }
        for (path, routes) in byPath {
            out.member(path) { out in
                for route in routes {
                    out.member(route.method.lowercased()) { operation(&$0, route, words, known) }
                }
            }
        }
    }

    /// `/requests/:case` → `/requests/{case}`
    private static func template(_ path: String) -> String {
        path.split(separator: "/").map { $0.hasPrefix(":") ? "/{\($0.dropFirst())}" : "/\($0)" }.joined()
    }

    private static func operation(
        _ out: inout JSONText, _ route: RouteDescription, _ words: Words, _ known: KnownChoices
    ) {
        let inPath = route.path.split(separator: "/").filter { $0.hasPrefix(":") }.map { String($0.dropFirst()) }
        let fields = route.inputs?.fields ?? []
        if let name = route.name {
            out.member("operationId", name)
            let key = "action.\(name).title"
            if words.has(key) { out.member("summary", words[key]) }
        }
        let asked = fields.filter { !inPath.contains($0.name) }
        let known = known[route.name ?? ""]
        let isQuery = route.method == "GET"
        let parameters: [Parameter] =
            inPath.map { name in
                Parameter(
                    name: name, place: "path", schema: fields.first { $0.name == name }?.schema ?? .string(min: 1),
                    required: true)
            }
            + (isQuery
                ? asked.map {
                    Parameter(name: $0.name, place: "query", schema: bare($0.schema), required: !$0.isOptional)
                }
                : route.takesKey
                    ? [
                        Parameter(
                            name: "Idempotency-Key", place: "header",
                            schema: .string(min: 1, max: 200, pattern: "^[!-~]+$"), required: false)
                    ] : [])
        if !parameters.isEmpty {
            out.array("parameters", parameters) { out, parameter in
                out.object {
                    $0.member("name", parameter.name)
                    $0.member("in", parameter.place)
                    $0.member("required", parameter.required)
                    $0.member("schema") { input(&$0, parameter.name, parameter.schema) }
                }
            }
        }
        if route.upload {
            uploadBody(&out)
        } else if !isQuery {
            out.member("requestBody") {
                $0.member("required", asked.contains { !$0.isOptional })
                $0.member("content") {
                    $0.member("application/json") {
                        $0.member("schema") { body(&$0, asked, known) }
                    }
                }
            }
        }
        responses(&out, route, hasPath: !inPath.isEmpty, takesInput: !fields.isEmpty || route.upload)
        if route.who != .anybody {
            out.array("security", ["bearer"]) { out, name in out.object { $0.strings(name, []) } }
        }
    }

    private struct Parameter {
        let name: String
        let place: String
        let schema: Schema
        let required: Bool
    }

    /// Half of a position is bounded by the earth.
    private static func input(_ out: inout JSONText, _ name: String, _ schema: Schema) {
        SchemaText.write(schema, to: &out, isInput: true)
        let most = ["latitude": 90, "lat": 90, "longitude": 180, "lon": 180][name]
        if let most, bare(schema) == .number {
            out.member("minimum", -most)
            out.member("maximum", most)
        }
    }

    /// A query item is there or not; null is not something that it can be.
    private static func bare(_ schema: Schema) -> Schema {
        if case .nullable(let inner) = schema { inner } else { schema }
    }

    private static func body(_ out: inout JSONText, _ fields: [InputDescription], _ known: KnownChoices.Fields) {
        func schema(_ field: InputDescription) -> Schema {
            guard let values = known.choices[field.name] else { return field.schema }
            return field.isOptional ? .nullable(.choice(values)) : .choice(values)
        }
        out.member("type", "object")
        out.member("properties") { out in
            for field in fields { out.member(field.name) { input(&$0, field.name, schema(field)) } }
        }
        if !known.anyOf.isEmpty {
            out.array("anyOf", known.anyOf) { out, names in
                out.object { out in
                    out.strings("required", names)
                    out.member("properties") { out in
                        for field in fields where names.contains(field.name) {
                            out.member(field.name) { input(&$0, field.name, bare(schema(field))) }
                        }
                    }
                }
            }
        }
        let required = fields.filter { !$0.isOptional }.map(\.name)
        if !required.isEmpty { out.strings("required", required) }
    }

    private static func uploadBody(_ out: inout JSONText) {
        out.member("requestBody") {
            $0.member("required", true)
            $0.member("content") { out in
                for type in ["image/jpeg", "image/png", "image/webp", "audio/webm", "audio/ogg", "audio/mp4", SentFile.type] {
                    out.member(type) { _ in }
                }
            }
        }
    }

    private static func responses(
        _ out: inout JSONText, _ route: RouteDescription, hasPath: Bool, takesInput: Bool
    ) {
        var codes: [(Int, String)] = [(400, "The request cannot be read")]
        codes.append((401, "Not signed in, or the token is not valid"))
        if route.who != .anybody {
            codes.append((403, "This role may never do it"))
        } else if route.method == "POST" {
            codes.append((403, "Refused"))
        }
        codes.append((404, "Unknown, or not yours"))
        codes.append((405, "This method is not offered here"))
        if route.method == "POST" {
            codes.append((409, "The state or the key has changed meanwhile"))
            codes.append((413, "Too large"))
            codes.append((415, "This media type is not read here"))
        }
        if takesInput { codes.append((422, "Fields are wrong; see errors")) }
        codes.append((429, "Too many tries; see Retry-After"))
        codes.append((503, "Storage is full or the server is stopping; see Retry-After"))
        out.member("responses") { out in
            out.member(String(route.status)) {
                $0.member("description", "Done")
                if let output = route.output {
                    $0.member("content") {
                        $0.member("application/json") {
                            $0.member("schema") { SchemaText.write(output, to: &$0, isInput: false) }
                        }
                    }
                }
            }
            for (code, meaning) in codes {
                out.member(String(code)) { out in
                    out.member("description", meaning)
                    out.member("content") {
                        $0.member("application/problem+json") {
                            $0.member("schema") { $0.member("$ref", "#/components/schemas/Problem") }
                        }
                    }
                    if code == 429 || code == 503 {
                        out.member("headers") {
                            $0.member("Retry-After") {
                                $0.member("description", "Seconds to wait")
                                $0.member("schema") { $0.member("type", "integer") }
                            }
                        }
                    }
                }
            }
        }
    }

    private static func components(_ out: inout JSONText) {
        out.member("securitySchemes") {
            $0.member("bearer") {
                $0.member("type", "http")
                $0.member("scheme", "bearer")
            }
        }
        let complaint = Schema.object([("field", .text), ("code", .text), ("message", .text)])
        out.member("schemas") {
            $0.member("Problem") {
                SchemaText.write(
                    .object(
                        [
                            ("type", .text), ("title", .text), ("status", .integer(min: 400, max: 599)),
                            ("code", .text), ("request", .text), ("errors", .array(complaint)),
                        ], optional: ["errors"]), to: &$0, isInput: false)
            }
        }
    }
}

/// Choices that are data and not part of the program: kinds of request, villages. Filled in when
/// the description is asked for.
package struct KnownChoices: Sendable {
    package struct Fields: Sendable {
        /// By field name.
        package var choices: [String: [String]]
        /// Sets of fields of which one must be there as a whole.
        package var anyOf: [[String]]
        package init(choices: [String: [String]] = [:], anyOf: [[String]] = []) {
            self.choices = choices
            self.anyOf = anyOf
        }
    }
    /// By the name of the action or query.
    package var actions: [String: Fields]
    package init(_ actions: [String: Fields] = [:]) { self.actions = actions }

    subscript(_ action: String) -> Fields { actions[action] ?? Fields() }
}

/// A schema as JSON.
enum SchemaText {
    static func write(_ schema: Schema, to out: inout JSONText, isInput: Bool, nullable: Bool = false) {
        func type(_ name: String) {
            if nullable { out.strings("type", [name, "null"]) } else { out.member("type", name) }
        }
        switch schema {
        case .string(let format, let min, let max, let pattern):
            type("string")
            switch format {
            case "uuid" where isInput:
                // Generators that know the pattern make what we read; not all check the format.
                out.member("pattern", uuidPattern)
                return
            case "date" where isInput:
                out.member("format", "date")
                out.member("minLength", 10)
                out.member("maxLength", 10)
                return
            case "date-time" where isInput:
                out.member("format", "date-time")
                out.member("minLength", 16)
                return
            case Schema.linesFormat where isInput: out.member("pattern", plainPattern(min ?? 0, max ?? 4000, lines: true))
            case let format?: out.member("format", format)
            case nil where isInput && pattern == nil: out.member("pattern", plainPattern(min ?? 0, max ?? 4000))
            case nil: break
            }
            if let pattern { out.member("pattern", pattern) }
            if let min, min > 0 { out.member("minLength", min) }
            if let max { out.member("maxLength", max) }
        case .choice(let values):
            type("string")
            out.array("enum", values + (nullable ? [""] : [])) { out, value in
                if value.isEmpty, nullable { out.raw("null") } else { out.string(value) }
            }
        case .integer(let min, let max):
            type("integer")
            // Beyond 2^53 JSON numbers of other languages are no longer whole.
            if let min = min ?? (isInput ? -8_999_999_999_999_999 : nil) { out.member("minimum", Int(min)) }
            if let max = max ?? (isInput ? 8_999_999_999_999_999 : nil) { out.member("maximum", Int(max)) }
        case .number: type("number")
        case .boolean: type("boolean")
        case .array(let item, let max):
            type("array")
            out.member("items") { write(item, to: &$0, isInput: isInput) }
            if let max { out.member("maxItems", max) }
        case .object(let members, let optional):
            type("object")
            out.member("properties") { out in
                for (name, member) in members {
                    out.member(name) { write(member, to: &$0, isInput: isInput) }
                }
            }
            let required = members.map(\.0).filter { !optional.contains($0) }
            if !required.isEmpty { out.strings("required", required) }
        case .nullable(let inner):
            write(inner, to: &out, isInput: isInput, nullable: true)
        case .map(let inner):
            type("object")
            out.member("additionalProperties") { write(inner, to: &$0, isInput: isInput) }
        }
    }

    /// What `String` inputs take: no control characters, no marks that turn the direction of text,
    /// more than white space. The first and the last character are no white space, so that the
    /// length counts after trimming too; it stands in the pattern, so that generators need not
    /// throw most of what they make away.
    /// - Parameter lines: the ends of lines and tabulators may stand within.
    private static func plainPattern(_ min: Int, _ max: Int, lines: Bool = false) -> String {
        let control = lines ? #"\u0000-\u0008\u000B\u000C\u000E-\u001F"# : #"\u0000-\u001F"#
        let any = "[^" + control + #"\u007F-\u009F\u202A-\u202E\u2066-\u2069\uFFFE\uFFFF]"#
        let ink =
            #"[^\s\u0000-\u0020\u007F-\u00A0\u0300-\u036F\u1680\u2000-\u200F\u2028-\u202F\u205F-\u206F\u3000\uFEFF\uFFFE\uFFFF]"#
        if max <= 1 { return min == 0 ? "^\(ink)?$" : "^\(ink)$" }
        let least = Swift.max(0, min - 2)
        let several = "\(ink)\(any){\(least),\(max - 2)}\(ink)"
        if min >= 2 { return "^\(several)$" }
        let word = "\(ink)(?:\(any){0,\(max - 2)}\(ink))?"
        return min == 1 ? "^\(word)$" : "^(?:\(word))?$"
    }

    private static let uuidPattern = "^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"
}
