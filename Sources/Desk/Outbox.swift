package import Storage
package import Values

package enum Message {}

/// How a message reaches somebody.
package enum MessageChannel: String, Sendable, Hashable, CaseIterable, SQLBindable, SQLReadable {
    /// In the application, for people who sign in.
    case inbox
    case sms
    /// Told by the village's liaison, who ticks it off.
    case inPerson = "in-person"
    /// Handed over on the spot, with the printed slip or the page that shows the receipt.
    case slip
}

/// `waiting` → `sent` (accepted by a gateway) → `delivered`; `failed` waits for a person to see it.
package enum MessageState: String, Sendable, Hashable, SQLBindable, SQLReadable {
    case waiting, sent, delivered, failed
}

/// Something that is owed to somebody because of an event.
package struct MessageDraft: Sendable {
    package enum Recipient: Sendable {
        case person(ID<Person>)
        /// A customer of a case: by account in the application, else by text message, else in person.
        case customer(person: ID<Person>?, name: String, phone: PhoneNumber?, village: ID<Village>?)
        /// Was handed over on the spot: counts as delivered at once.
        case handedOver(name: String)
    }
    /// Makes a second one impossible: `<event or case>/<purpose>`; the channel and recipient are added.
    package let key: String
    package let to: Recipient
    /// Locale key `message.<template>.title` and `.text`.
    package let template: String
    package let data: [String: String]
    package let caseID: String?

    package init(key: String, to: Recipient, template: String, data: [String: String] = [:], caseID: String? = nil) {
        self.key = key
        self.to = to
        self.template = template
        self.data = data
        self.caseID = caseID
    }
}

extension Work {
    /// Writes one row per recipient and channel in this transaction.
    package func owe(_ draft: MessageDraft, county: String? = nil) throws {
        switch draft.to {
        case .person(let person):
            try put(draft, .inbox, person: person, name: nil, phone: nil, village: nil, county: county)
        case .customer(let person, let name, let phone, let village):
            if let person {
                try put(draft, .inbox, person: person, name: name, phone: nil, village: village, county: county)
            }
            if let phone, desk.settings.sendsSMS {
                try put(draft, .sms, person: person, name: name, phone: phone, village: village, county: county)
            } else if person == nil {
                try put(draft, .inPerson, person: nil, name: name, phone: phone, village: village, county: county)
            }
        case .handedOver(let name):
            try put(draft, .slip, person: nil, name: name, phone: nil, village: nil, county: county)
        }
    }

    private func put(
        _ draft: MessageDraft, _ channel: MessageChannel, person: ID<Person>?, name: String?, phone: PhoneNumber?,
        village: ID<Village>?, county: String?
    ) throws {
        let key = "\(draft.key)/\(channel.rawValue)/\(person?.text ?? "")"
        let delivered = channel == .slip
        let sealed = try phone.map { try desk.keys.seal($0.digits) }
        try tx.run(
            """
            INSERT INTO outbox (id, county, key, channel, person, name, phone, village, case_id, template, data, state,
                                attempts, next_at, made_at, done_at)
            VALUES (\(newID(Message.self)), \(county ?? actor.county), \(key), \(channel), \(person), \(name), \(sealed),
                    \(village), \(draft.caseID), \(draft.template), \(jsonText(draft.data)),
                    \(delivered ? MessageState.delivered : .waiting), 0, \(now), \(now), \(delivered ? now : nil))
            ON CONFLICT (key) DO NOTHING
            """)
    }
}
