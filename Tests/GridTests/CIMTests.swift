import Foundation
import PowerRules
import Testing
import Values

@testable import Grid

struct CIMTests {
    private func sample() throws -> String {
        String(decoding: try Networks.bytes("cim", "rural1.xml"), as: UTF8.self)
    }

    private func read(_ text: String) -> NetworkFile { NetworkFile.read(cim: Data(text.utf8)) }

    /// The ids differ, the network does not: by each edge's name the same loads hang below it.
    @Test func theCIMFileIsTheSameNetworkAsTheTables() throws {
        let tables = try Networks.read("rural1").network
        let file = read(try sample())
        #expect(file.findings == [])
        #expect(file.datum == "wgs84" && file.feeder?.name == "1-LV-rural1--0-sw")
        #expect(file.network.nodes.count == tables.nodes.count && file.network.edges.count == tables.edges.count)
        func below(_ network: Network) -> [String: Set<String>] {
            let tree = NetworkTree(network)
            let edges = (0..<tree.nodeCount).filter { !tree.isSource($0) }
            return Dictionary(
                uniqueKeysWithValues: edges.map { edge in
                    (tree.edgeValue(edge).name, Set(tree.customers(edge).map { tree.load($0).id }))
                })
        }
        #expect(below(file.network) == below(tables))
        for edge in tables.edges {
            let same = try #require(file.network.edges.first { $0.name == edge.name })
            #expect(same.kind == edge.kind && same.isClosed)
            #expect(abs((same.lengthM ?? 0) - (edge.lengthM ?? 0)) < 0.001, "\(edge.id)")
            #expect(same.ratingKVA == edge.ratingKVA)
        }
        let placed = Dictionary(uniqueKeysWithValues: tables.nodes.map { ($0.name, $0.place) })
        for node in file.network.nodes { #expect(node.place == placed[node.name], "\(node.name)") }
    }

    @Test func switchesPartsOfALineAndAccountNumbersAreRead() throws {
        let file = read(
            """
            <rdf:RDF xmlns:rdf="r" xmlns:cim="c">
            <cim:ConnectivityNode rdf:ID="_a"/><cim:ConnectivityNode rdf:ID="_b"/><cim:ConnectivityNode rdf:ID="_c"/>
            <cim:EnergySource rdf:ID="_s"/><cim:Terminal rdf:ID="_s1"><cim:Terminal.ConductingEquipment rdf:resource="#_s"/><cim:Terminal.ConnectivityNode rdf:resource="#_a"/></cim:Terminal>
            <cim:LoadBreakSwitch rdf:ID="_k"><cim:IdentifiedObject.name>分段</cim:IdentifiedObject.name><cim:Switch.normalOpen>true</cim:Switch.normalOpen></cim:LoadBreakSwitch>
            <cim:Terminal rdf:ID="_k1"><cim:Terminal.ConductingEquipment rdf:resource="#_k"/><cim:Terminal.ConnectivityNode rdf:resource="#_a"/></cim:Terminal>
            <cim:Terminal rdf:ID="_k2"><cim:Terminal.ConductingEquipment rdf:resource="#_k"/><cim:Terminal.ConnectivityNode rdf:resource="#_b"/></cim:Terminal>
            <cim:ACLineSegment rdf:ID="_l"><cim:Conductor.length>120</cim:Conductor.length></cim:ACLineSegment>
            <cim:Terminal rdf:ID="_l1"><cim:Terminal.ConductingEquipment rdf:resource="#_l"/><cim:Terminal.ConnectivityNode rdf:resource="#_b"/><cim:ACDCTerminal.sequenceNumber>1</cim:ACDCTerminal.sequenceNumber></cim:Terminal>
            <cim:Terminal rdf:ID="_l2"><cim:Terminal.ConductingEquipment rdf:resource="#_l"/><cim:Terminal.ConnectivityNode rdf:resource="#_c"/><cim:ACDCTerminal.sequenceNumber>2</cim:ACDCTerminal.sequenceNumber></cim:Terminal>
            <cim:Location rdf:ID="_p"><cim:Location.PowerSystemResources rdf:resource="#_l"/></cim:Location>
            <cim:PositionPoint rdf:ID="_p3"><cim:PositionPoint.Location rdf:resource="#_p"/><cim:PositionPoint.sequenceNumber>3</cim:PositionPoint.sequenceNumber><cim:PositionPoint.xPosition>113.3</cim:PositionPoint.xPosition><cim:PositionPoint.yPosition>34.3</cim:PositionPoint.yPosition></cim:PositionPoint>
            <cim:PositionPoint rdf:ID="_p1"><cim:PositionPoint.Location rdf:resource="#_p"/><cim:PositionPoint.sequenceNumber>1</cim:PositionPoint.sequenceNumber><cim:PositionPoint.xPosition>113.1</cim:PositionPoint.xPosition><cim:PositionPoint.yPosition>34.1</cim:PositionPoint.yPosition></cim:PositionPoint>
            <cim:PositionPoint rdf:ID="_p2"><cim:PositionPoint.Location rdf:resource="#_p"/><cim:PositionPoint.sequenceNumber>2</cim:PositionPoint.sequenceNumber><cim:PositionPoint.xPosition>113.2</cim:PositionPoint.xPosition><cim:PositionPoint.yPosition>34.2</cim:PositionPoint.yPosition></cim:PositionPoint>
            <cim:EnergyConsumer rdf:ID="_e"><cim:IdentifiedObject.name>Wang</cim:IdentifiedObject.name></cim:EnergyConsumer>
            <cim:Terminal rdf:ID="_e1"><cim:Terminal.ConductingEquipment rdf:resource="#_e"/><cim:Terminal.ConnectivityNode rdf:resource="#_c"/></cim:Terminal>
            <cim:NameType rdf:ID="_t"><cim:NameType.name>户号</cim:NameType.name></cim:NameType>
            <cim:Name rdf:ID="_n"><cim:Name.name>4110000001</cim:Name.name><cim:Name.NameType rdf:resource="#_t"/><cim:Name.IdentifiedObject rdf:resource="#_e"/></cim:Name>
            </rdf:RDF>
            """)
        #expect(file.findings == [])
        #expect(file.network.edges.map { "\($0.id) \($0.kind.rawValue) \($0.isClosed)" }.sorted() == ["k switch false", "l line true"])
        // Plain CIM counts in metres.
        #expect(file.network.edges.first { $0.id == "l" }?.lengthM == 120)
        #expect(file.lines["l"]?.map(\.latitude) == [34.1, 34.2, 34.3])
        #expect(file.network.loads.map(\.id) == ["4110000001"])
        #expect(file.network.nodes.first { $0.id == "c" }?.kind == .box)
    }

    @Test func entitiesAreNeverExpanded() throws {
        let file = read(
            """
            <?xml version="1.0"?><!DOCTYPE r [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY x SYSTEM "file:///etc/passwd">]>
            <rdf:RDF xmlns:rdf="r" xmlns:cim="c"><cim:Substation rdf:ID="_1"><cim:IdentifiedObject.name>&b;&x;</cim:IdentifiedObject.name></cim:Substation></rdf:RDF>
            """)
        #expect(file.findings.map(\.code) == ["network-xml-doctype"])
        #expect(file.substation == nil)
    }

    @Test func aBrokenOrStrangeFileIsRefusedWithItsLine() throws {
        let whole = try sample()
        let cut = read(String(whole.prefix(whole.count / 2)))
        #expect(cut.findings.map(\.code) == ["network-xml-broken"])
        #expect(Int(cut.findings[0].subject) ?? 0 > 100)
        #expect(read("no XML").findings.map(\.code) == ["network-xml-broken"])
        #expect(read(String(repeating: "<a>", count: 50)).findings.map(\.code) == ["network-xml-deep"])
        let twice = "<r><cim:Substation rdf:ID=\"_1\"/>\n<cim:Substation rdf:ID=\"_1\"/></r>"
        #expect(read("<x xmlns:rdf=\"r\" xmlns:cim=\"c\">\(twice.dropFirst(3).dropLast(4))</x>").findings.map(\.code) == ["network-xml-twice"])
    }

    @Test func equipmentWithoutTerminalsIsNamed() throws {
        let file = read("<r xmlns:rdf=\"r\" xmlns:cim=\"c\"><cim:ACLineSegment rdf:ID=\"_l\"/><cim:EnergyConsumer rdf:ID=\"_e\"/></r>")
        #expect(file.findings.map { "\($0.subject) \($0.code)" } == ["l network-two-ends", "e network-no-node"])
    }
}
