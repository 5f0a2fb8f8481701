import Desk
import Foundation
import Outages
import PowerRules
import Service
import Storage
import Testing
import Values

extension PermissionStage {
    struct MadeClaim: Sendable {
        let number: String
        let secret: String
        let item: String
    }

    /// A claim at a spot, brought into a state by the deputy head.
    func aClaim(_ state: String = "submitted", at spot: PermissionSpot, by filer: Villager? = nil) async throws -> MadeClaim {
        let receipt = try await desk.perform(
            FileClaim.self,
            [
                "village": .text(spot.village.text), "damagedAt": .text(now.adding(hours: -3).iso), "what": .text("灯特别亮"),
                "appliance": .text("电视机"), "category": .text("electronic"),
                "boughtOn": .text(today.adding(days: -500).iso), "price": .text("3000"), "name": .text("周大爷"),
                "phone": .text(filer?.id == village.zhang.id ? "13900001111" : freshPhone()),
            ], by: filer?.actor ?? .stranger(address: "198.51.100.\(fresh())")
        ).output
        let item: String? = try await desk.database.read {
            try $0.value(
                "SELECT i.id FROM claim_item i JOIN cases c ON c.id = i.claim WHERE c.number = \(receipt.number)")
        }
        let made = MadeClaim(number: receipt.number, secret: receipt.receipt, item: item ?? "")
        func act<A: ClaimAction>(_ type: A.Type, _ fields: RawInputs, by actor: Actor) async throws {
            var fields = fields
            fields["case"] = .text(made.number)
            _ = try await desk.perform(type, fields, by: actor)
        }
        let steps = ["checked", "offered", "agreed"]
        guard let last = steps.firstIndex(of: state) else { return made }
        try await act(
            AssessClaimItem.self, ["item": .text(made.item), "damaged": .text("true"), "remark": .text("有收据")],
            by: spot.deputy)
        try await act(CheckClaim.self, ["cause": .text("neutral-broken"), "found": .text("零线断")], by: spot.deputy)
        if last >= 1 { try await act(OfferClaim.self, [:], by: spot.deputy) }
        if last >= 2 {
            try await act(AcceptOffer.self, ["secret": .text(made.secret)], by: .stranger(address: "198.51.100.8"))
        }
        return made
    }

    func claimTry(_ name: String, _ column: PermissionColumn, _ spot: PermissionSpot, _ isInside: Bool)
        async throws -> PermissionTry?
    {
        let isOwn = isInside && column == .role(.customer)
        func step(_ state: String, _ path: (MadeClaim) -> String, _ body: [String: any Sendable] = [:]) async throws
            -> PermissionTry
        {
            let made = try await aClaim(state, at: spot, by: isOwn ? village.zhang : nil)
            var body = body
            if column == .stranger, isInside { body["secret"] = made.secret }
            return PermissionTry(path: "/claims/\(made.number)\(path(made))", body: body)
        }
        let appliance: [String: any Sendable] = [
            "appliance": "冰箱", "category": "motor", "boughtOn": today.adding(days: -40).iso, "price": "2500",
        ]
        switch name {
        case "file-claim":
            return PermissionTry(
                path: "/claims",
                body: [
                    "village": spot.village.text, "damagedAt": now.adding(hours: -2).iso, "what": "灯特别亮", "name": "周大爷",
                    "phone": freshPhone(), "agreed": true, "consent": "身份证",
                ].merging(appliance) { old, _ in old })
        case "add-claim-item": return try await step("submitted", { _ in "/items" }, appliance)
        case "correct-claim-item": return try await step("submitted", { "/items/\($0.item)" }, appliance)
        case "assess-claim-item":
            return try await step("submitted", { "/items/\($0.item)/assess" }, ["damaged": true, "remark": "有收据"])
        case "check-claim":
            let made = try await aClaim(at: spot)
            let fields: RawInputs = [
                "case": .text(made.number), "item": .text(made.item), "damaged": .text("true"), "remark": .text("有收据"),
            ]
            _ = try await desk.perform(AssessClaimItem.self, fields, by: spot.deputy)
            return PermissionTry(path: "/claims/\(made.number)/check", body: ["cause": "contact", "found": "碰线"])
        case "offer-claim": return try await step("checked", { _ in "/offer" })
        case "accept-offer": return try await step("offered", { _ in "/accept" })
        case "refuse-offer": return try await step("offered", { _ in "/refuse" }, ["reason": "太少", "dispute": true])
        case "pay-claim":
            return try await step(
                "agreed", { _ in "/pay" }, ["paidOn": today.iso, "how": "transfer", "reference": "HD-1"])
        default: return nil
        }
    }
}
