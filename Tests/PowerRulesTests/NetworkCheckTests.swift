import PowerRules
import Testing
import Values

@Suite struct NetworkCheckTests {
    private func findings(_ network: Network) -> [String] {
        NetworkCheck(NetworkTree(network)).findings.map { finding in
            let values = finding.values.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
            return ([finding.code.rawValue, finding.id] + values).joined(separator: " ")
        }
    }

    @Test(arguments: Networks.names) func theRuralNetworksAreSound(name: String) throws {
        let check = NetworkCheck(try Networks.tree(name))
        #expect(check.isSound)
        #expect(check.findings.isEmpty, "\(check.findings)")
    }

    @Test func aRingAndAMeetingOfSourcesAreToldApart() {
        var network = Networks.chain(5)
        network.edges.append(Network.Edge(id: "z", kind: .line, from: "n5", to: "n2", lengthM: 10))
        #expect(findings(network) == ["loop z edges=4"])
        network.edges.removeLast()
        network.nodes.append(Network.Node(id: "S2", kind: .source))
        network.edges.append(Network.Edge(id: "tie", kind: .switch, from: "n5", to: "S2"))
        #expect(findings(network) == ["sources-meet tie"])
        network.edges[5].isClosed = false
        #expect(findings(network).isEmpty)
    }

    @Test func islandsAndOpenSwitchesAreToldApart() {
        var network = Networks.chain(5)
        network.edges[2].isClosed = false
        network.nodes += [Network.Node(id: "i1", kind: .bus), Network.Node(id: "i2", kind: .bus)]
        network.edges.append(Network.Edge(id: "i", kind: .line, from: "i2", to: "i1", lengthM: 5))
        network.loads.append(Network.Load(id: "lonely", node: "i2"))
        #expect(findings(network) == ["island i1 loads=1 nodes=2", "behind-open n3 loads=3 nodes=3"])
        #expect(NetworkCheck(NetworkTree(network)).count(.error) == 1)
    }

    @Test func namesAndNumbersAreLookedAt() {
        var network = Networks.chain(2)
        network.nodes.append(Network.Node(id: "n1", kind: .bus))
        network.edges[1].lengthM = -3
        network.edges.append(Network.Edge(id: "e1", kind: .line, from: "n1", to: "nowhere"))
        network.edges.append(Network.Edge(id: "t", kind: .transformer, from: "n2", to: "low", lengthM: 0))
        network.nodes.append(Network.Node(id: "low", kind: .busbar))
        network.loads.append(Network.Load(id: "h1", node: "gone"))
        #expect(
            findings(network) == [
                "duplicate-node n1", "duplicate-edge e1", "duplicate-load h1", "edge-without-node e1 node=nowhere",
                "load-without-node h1 node=gone", "negative-length e2 length=-3.0", "no-length e1", "no-rating t",
                "feeds-nobody t",
            ])
        #expect(findings(Network(nodes: [Network.Node(id: "a", kind: .bus)])) == ["no-source ", "island a loads=0 nodes=1"])
    }

    @Test func aThousandFindingsAreCountedAndFiftyKept() {
        var network = Networks.chain(1_000)
        for index in network.edges.indices { network.edges[index].lengthM = nil }
        let check = NetworkCheck(NetworkTree(network))
        #expect(check.findings.count == 50 && check.counts == [.noLength: 1_000])
        #expect(check.isSound && check.count(.warning) == 1_000)
    }

    @Test func twoHundredThousandNodesAreChecked() {
        let check = NetworkCheck(NetworkTree(Networks.chain(200_000)))
        #expect(check.findings.isEmpty)
    }
}
