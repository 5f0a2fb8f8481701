import PowerRules
import Testing
import Values

@Suite struct NetworkTreeTests {
    @Test(arguments: Networks.names) func behindEachEdgeAreTheCustomersOfTheTruth(name: String) throws {
        let tree = try Networks.tree(name)
        let truth = try Networks.truth(name)
        #expect(truth.count == (name == "rural1" ? 14 : 96))
        #expect(tree.unfedLoads.isEmpty && tree.extraEdges.isEmpty)
        for (edge, loads) in truth {
            let number = try #require(tree.edge(id: edge))
            #expect(Set(tree.customers(number).map { tree.load($0).id }) == loads, "\(name) \(edge)")
            let same = Set(tree.sameCustomers(as: number).map { tree.edgeValue($0).id })
            #expect(same == Set(truth.filter { $0.loads == loads && $0.edge != edge }.map(\.edge)), "\(name) \(edge)")
        }
    }

    @Test(arguments: Networks.names) func theNumbersDoNotDependOnTheOrderOfTheLists(name: String) throws {
        let network = try Networks.network(name)
        var turned = network
        turned.nodes.reverse()
        turned.edges.reverse()
        turned.loads.reverse()
        let (a, b) = (NetworkTree(network), NetworkTree(turned))
        #expect((0..<a.customerCount).map { a.load($0).id } == (0..<b.customerCount).map { b.load($0).id })
        #expect((0..<a.nodeCount).map { a.nodeValue($0).id } == (0..<b.nodeCount).map { b.nodeValue($0).id })
    }

    @Test(arguments: Networks.names) func theWayUpEndsAtTheSource(name: String) throws {
        let tree = try Networks.tree(name)
        for position in 0..<tree.customerCount {
            let path = tree.path(from: position)
            #expect(tree.edgeValue(try #require(path.last)).id == "T0")
            #expect(path.allSatisfy { tree.customers($0).contains(position) })
            #expect(tree.position(load: tree.load(position).id) == position)
        }
        #expect(tree.edge(id: "nowhere") == nil && tree.position(load: "") == nil && tree.node(id: "zz") == nil)
    }

    /// The lowest common edge of two customers is the smallest set of the truth that holds both.
    @Test(arguments: Networks.names) func theLowestCommonEdgeHasTheFewestCustomers(name: String) throws {
        let tree = try Networks.tree(name)
        let truth = try Networks.truth(name)
        for a in 0..<tree.customerCount {
            for b in 0..<tree.customerCount {
                let both = Set([tree.load(a).id, tree.load(b).id])
                let fewest = truth.filter { both.isSubset(of: $0.loads) }.map(\.loads.count).min()
                let edge = try #require(tree.lowestCommonEdge(a, b))
                #expect(tree.customers(edge).count == fewest)
                #expect(tree.customers(edge).contains(a) && tree.customers(edge).contains(b))
            }
        }
    }

    @Test func aChainOfAHundredThousandPolesIsWalked() throws {
        let tree = NetworkTree(Networks.chain(100_000))
        let last = try #require(tree.position(load: "h100000"))
        #expect(tree.path(from: last).count == 100_000)
        #expect(tree.customers(try #require(tree.edge(id: "e50001"))).count == 50_000)
        let first = try #require(tree.position(load: "h1"))
        #expect(tree.lowestCommonEdge(first, last).map { tree.edgeValue($0).id } == "e1")
    }

    @Test func loopsAndIslandsAreLeftOut() throws {
        var network = Networks.chain(4)
        network.edges.append(Network.Edge(id: "z-loop", kind: .line, from: "n4", to: "n1"))
        network.edges.append(Network.Edge(id: "z-self", kind: .line, from: "n2", to: "n2"))
        network.nodes.append(Network.Node(id: "far", kind: .bus))
        network.loads.append(Network.Load(id: "lonely", node: "far"))
        network.loads.append(Network.Load(id: "lost", node: "no such node"))
        network.edges[1].isClosed = false
        let tree = NetworkTree(network)
        #expect(tree.customerCount == 4)
        #expect(tree.extraEdges.map { network.edges[$0].id } == ["z-self"])
        #expect(tree.unfedLoads.map { network.loads[$0].id } == ["lonely", "lost"])
        network.edges[1].isClosed = true
        #expect(NetworkTree(network).extraEdges.count == 2)
        #expect(NetworkTree(Network()).customerCount == 0)
    }

    @Test func twoSourcesFeedTwoTrees() throws {
        var network = Networks.chain(3)
        network.nodes.append(Network.Node(id: "S2", kind: .source))
        network.edges.append(Network.Edge(id: "tie", kind: .switch, from: "n3", to: "S2"))
        let tree = NetworkTree(network)
        #expect(tree.extraEdges.map { network.edges[$0].id } == ["tie"])
        #expect(tree.customerCount == 3 && tree.nodeCount == 5)
        let open = try #require(tree.node(id: "S2"))
        #expect(tree.isSource(open) && tree.customers(open).isEmpty && tree.path(up: open).isEmpty)
    }
}

@Suite struct NetworkTextTests {
    private let nodes = "id,name,kind,vn_kv,lat,lon\r\nA,,source,10,34.1,114.1\r\nB,\"a, \"\"b\"\"\",bus,0.4,,\r\n"
    private let edges = "kind,id,to,from,length_m,sn_kva,max_i_a,closed\nline,E,A,B,12.5,,200,0\n"
    private let loads = "id,node\nH,B"

    private func read(_ nodes: String, _ edges: String, _ loads: String) throws -> Network {
        try NetworkText.read(nodes: Array(nodes.utf8), edges: Array(edges.utf8), loads: Array(loads.utf8))
    }

    private func complaints(_ nodes: String, _ edges: String, _ loads: String) -> [String] {
        do {
            _ = try read(nodes, edges, loads)
            return []
        } catch let problems as NetworkProblems {
            return problems.first.map { "\($0.table.rawValue) \($0.line) \($0.code.rawValue) \($0.value)" }
        } catch {
            return ["\(error)"]
        }
    }

    @Test func columnsStandInAnyOrder() throws {
        let network = try read(nodes, edges, loads)
        #expect(network.nodes[0].place == Place(latitude: 34.1, longitude: 114.1))
        #expect(network.nodes[1].name == "a, \"b\"" && network.nodes[1].place == nil)
        let edge = network.edges[0]
        #expect(edge.from == "B" && edge.to == "A" && edge.lengthM == 12.5 && edge.maxA == 200 && !edge.isClosed)
        #expect(network.loads == [Network.Load(id: "H", node: "B")])
    }

    @Test func everythingThatIsWrongIsToldByLine() {
        #expect(
            complaints(
                "id,kind,vn_kv,lat,lon\nA,source,high,91,0\nA,bus,,,\nC,pole,,1,\n,bus,,,\nD,bus,,,,,\n",
                "id,kind,from,to,length_m,closed\nE,line,A,,nan,maybe\n",
                "id,nodes\nH,A\n")
                == [
                    "nodes 2 not-a-number vn_kv high", "nodes 2 not-a-place 91.0 0.0", "nodes 3 duplicate-id A",
                    "nodes 4 unknown-kind pole", "nodes 4 not-a-place 1.0 ", "nodes 5 id-missing id",
                    "nodes 6 wrong-count 7", "edges 2 id-missing to", "edges 2 not-a-number length_m nan",
                    "edges 2 not-true-or-false maybe", "loads 1 column-missing node",
                ])
        #expect(complaints("", edges, loads).prefix(2) == ["nodes 1 column-missing id", "nodes 1 column-missing kind"])
    }

    @Test func aThousandMistakesAreCountedAndAHundredTold() {
        let rows = (0..<1_000).map { "n\($0),pole\n" }.joined()
        do {
            _ = try read("id,kind\n" + rows, edges, loads)
            Issue.record("was read")
        } catch let problems as NetworkProblems {
            #expect(problems.count == 1_000 && problems.first.count == 100)
        } catch {
            Issue.record(error)
        }
    }

    @Test(arguments: Networks.names) func jsonSaysTheSameAsTheTables(name: String) throws {
        #expect(try NetworkText.read(json: Networks.bytes(name, "network.json")) == Networks.network(name))
    }

    @Test func jsonComplainsByPlace() {
        func complaint(_ text: String) -> String {
            do {
                _ = try NetworkText.read(json: Array(text.utf8))
                return ""
            } catch {
                return error.first.map { "\($0.table.rawValue) \($0.line) \($0.code.rawValue) \($0.value)" }.joined()
            }
        }
        #expect(complaint("{") == "file 0 unreadable ")
        #expect(complaint(#"{"nodes": [], "edges": []}"#) == "file 0 unreadable ")
        #expect(
            complaint(#"{"nodes": [{"id": "A", "kind": "bus"}, {"id": "B", "kind": 1}], "edges": [], "loads": []}"#)
                == "nodes 2 unreadable kind")
        #expect(
            complaint(#"{"nodes": [{"id": "A", "kind": "bus"}, {"id": "A", "kind": "bus"}], "edges": [], "loads": []}"#)
                == "nodes 2 duplicate-id A")
    }

    @Test func aMillionRowsAreRead() throws {
        var nodes = Array("id,kind\n".utf8)
        for i in 0..<1_000_000 { nodes += Array("n\(i),bus\n".utf8) }
        let network = try NetworkText.read(
            nodes: nodes, edges: Array("id,kind,from,to\n".utf8), loads: Array("id,node\n".utf8))
        #expect(network.nodes.count == 1_000_000 && network.nodes.last?.id == "n999999")
    }
}

@Suite struct NetworkScalingTests {
    @Test(arguments: Networks.names) func aFeederIsComposedOfAreas(name: String) throws {
        let here = try #require(Place(latitude: 34.1, longitude: 114.1))
        let areas = try (0..<7).map { i in
            PlannedArea(
                id: "A\(i)", place: try #require(Place(latitude: 34.1 + Double(i % 3) * 0.01, longitude: 114.1 + Double(i) * 0.01)),
                customers: [0, 1, 5, 13, 120, 400, 99][i], turnDegrees: Double(i) * 51)
        }
        let network = Network.scaled(from: try Networks.network(name), feeder: "F1", substation: here, areas: areas)
        let tree = NetworkTree(network)
        #expect(tree.unfedLoads.isEmpty && tree.extraEdges.isEmpty)
        #expect(tree.customerCount == 638 && network.loads.count == 638)
        #expect(tree.nodeCount == network.nodes.count && network.edges.count == network.nodes.count - 1)
        #expect(Set(network.nodes.map(\.id)).count == network.nodes.count)
        #expect(Set(network.edges.map(\.id)).count == network.edges.count)
        for area in areas {
            let transformer = try #require(tree.edge(id: "\(area.id)-T"))
            #expect(Set(tree.customers(transformer).map { tree.load($0).id }) == Set(area.loads))
            for position in tree.customers(transformer) {
                let place = try #require(tree.load(position).place)
                #expect(abs(place.latitude - area.place.latitude) < 0.02)
                #expect(abs(place.longitude - area.place.longitude) < 0.02)
            }
        }
        let boxes = Dictionary(grouping: network.loads, by: \.node)
        #expect(boxes.values.allSatisfy { $0.count <= Network.metersInBox })
        #expect(network == Network.scaled(from: try Networks.network(name), feeder: "F1", substation: here, areas: areas))
    }
}
