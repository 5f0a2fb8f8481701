package import Desk

extension Site {
    /// A further form door of an action whose own doors are opened elsewhere: `POST path`, whose
    /// segments fill inputs of their names (`/follow/:secret/answer`).
    package func form<A: Action>(
        _ type: A.Type, posts path: String, form: @escaping @Sendable (Visit, FormState) async throws -> Page,
        then: @escaping @Sendable (A.Output, Visit) async throws -> After
    ) {
        let list = InputRegistry.list(for: type)
        add(RouteDescription("POST", path, A.who, .formAction, name: A.name, inputs: list)) { exchange in
            try await exchange.performForm(type, list, form: form, then: then)
        }
    }
}
