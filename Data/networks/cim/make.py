#!/usr/bin/env python3
"""Writes rural1 as CIM RDF/XML: the equipment and geography of IEC 61968-13 in the CGMES dress.

    python3 Data/networks/cim/make.py > Data/networks/cim/rural1.xml

Ids are UUIDs (version 5) of the ids of rural1, so that the file is the same each time."""

import csv
import uuid
from pathlib import Path
from xml.sax.saxutils import escape

HOME = Path(__file__).resolve().parents[1] / "rural1"
SPACE = uuid.UUID("6f0e1f5c-6e6a-4c8b-9b3e-7a3f6f1d2c10")
parts = []


def rows(name):
    with open(HOME / name, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def mrid(name):
    return str(uuid.uuid5(SPACE, name))


def thing(kind, name, **fields):
    """One object; a value that begins with `#` refers to another one."""
    lines = [f'  <cim:{kind} rdf:ID="_{mrid(name)}">']
    if kind != "PositionPoint":
        lines.append(f"    <cim:IdentifiedObject.mRID>{mrid(name)}</cim:IdentifiedObject.mRID>")
    for key, value in fields.items():
        key = key.replace("__", ".")
        if value is None or value == "":
            continue
        if str(value).startswith("#"):
            lines.append(f'    <cim:{key} rdf:resource="#_{mrid(str(value)[1:])}"/>')
        else:
            lines.append(f"    <cim:{key}>{escape(str(value))}</cim:{key}>")
    parts.append("\n".join([*lines, f"  </cim:{kind}>"]))


def terminal(equipment, node, number):
    thing("Terminal", f"{equipment}.T{number}", Terminal__ConductingEquipment="#" + equipment,
          Terminal__ConnectivityNode="#" + node, ACDCTerminal__sequenceNumber=number)


def located(equipment, *places):
    thing("Location", f"{equipment}.L", Location__PowerSystemResources="#" + equipment, Location__CoordinateSystem="#crs")
    for number, (lat, lon) in enumerate(places, 1):
        thing("PositionPoint", f"{equipment}.P{number}", PositionPoint__Location=f"#{equipment}.L",
              PositionPoint__sequenceNumber=number, PositionPoint__xPosition=lon, PositionPoint__yPosition=lat)


nodes = {row["id"]: row for row in rows("nodes.csv")}
place = {id: (row["lat"], row["lon"]) for id, row in nodes.items()}
electrical = {row["id"]: row for row in rows("electrical.csv")} if (HOME / "electrical.csv").exists() else {}
thing("CoordinateSystem", "crs", IdentifiedObject__name="WGS84", CoordinateSystem__crsUrn="urn:ogc:def:crs:EPSG::4326")
thing("Substation", "substation", IdentifiedObject__name="SimBench MV1.101")
thing("Feeder", "feeder", IdentifiedObject__name="1-LV-rural1--0-sw", Feeder__NormalEnergizingSubstation="#substation")
thing("PSRType", "drop", IdentifiedObject__name="ServiceDrop")
for volts in sorted({row["vn_kv"] for row in nodes.values()}):
    thing("BaseVoltage", f"V{volts}", IdentifiedObject__name=f"{volts} kV", BaseVoltage__nominalVoltage=volts)
for id, row in nodes.items():
    thing("ConnectivityNode", id, IdentifiedObject__name=row["name"], ConnectivityNode__ConnectivityNodeContainer="#feeder")
    if row["kind"] == "source":
        thing("EnergySource", "source", IdentifiedObject__name=row["name"], ConductingEquipment__BaseVoltage=f"#V{row['vn_kv']}")
        terminal("source", id, 1)
        located("source", place[id])
    if row["kind"] == "substation_busbar":
        thing("BusbarSection", "busbar", IdentifiedObject__name=row["name"], ConductingEquipment__BaseVoltage=f"#V{row['vn_kv']}")
        terminal("busbar", id, 1)
        located("busbar", place[id])
for edge in rows("edges.csv"):
    id, ends = edge["id"], (edge["from"], edge["to"])
    values = electrical.get(id, {})
    if edge["kind"] == "transformer":
        thing("PowerTransformer", id, IdentifiedObject__name=edge["name"], Equipment__EquipmentContainer="#feeder")
        for number, node in enumerate(ends, 1):
            terminal(id, node, number)
            thing("PowerTransformerEnd", f"{id}.E{number}", TransformerEnd__endNumber=number,
                  PowerTransformerEnd__PowerTransformer="#" + id, TransformerEnd__Terminal=f"#{id}.T{number}",
                  PowerTransformerEnd__ratedS=float(edge["sn_kva"]) / 1000, PowerTransformerEnd__ratedU=nodes[node]["vn_kv"])
        continue
    thing("ACLineSegment", id, IdentifiedObject__name=edge["name"], Equipment__EquipmentContainer="#feeder",
          Conductor__length=float(edge["length_m"]) / 1000, ACLineSegment__r=values.get("r_ohm"), ACLineSegment__x=values.get("x_ohm"),
          ConductingEquipment__BaseVoltage=f"#V{nodes[ends[0]]['vn_kv']}")
    for number, node in enumerate(ends, 1):
        terminal(id, node, number)
    located(id, place[ends[0]], place[ends[1]])
for load in rows("loads.csv"):
    id = load["id"]
    thing("EnergyConsumer", id, IdentifiedObject__name=load["name"], Equipment__EquipmentContainer="#feeder")
    terminal(id, load["node"], 1)
    located(id, (load["lat"], load["lon"]))
    thing("UsagePoint", f"{id}.U", IdentifiedObject__name=id, UsagePoint__Equipments="#" + id)

print(f"""<?xml version="1.0" encoding="UTF-8"?>
<!-- Made by make.py from rural1: SimBench 1-LV-rural1-0-sw, www.simbench.net.
     Database ODbL 1.0, contents DbCL 1.0; a database derived from it stays ODbL. -->
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:cim="http://iec.ch/TC57/CIM100#" xmlns:md="http://iec.ch/TC57/61970-552/ModelDescription/1#">
  <md:FullModel rdf:about="urn:uuid:{mrid('model')}">
    <md:Model.profile>http://iec.ch/TC57/ns/CIM/CoreEquipment-EU/3.0</md:Model.profile>
    <md:Model.profile>http://iec.ch/TC57/ns/CIM/GeographicalLocation-EU/3.0</md:Model.profile>
  </md:FullModel>""")
print("\n".join(parts))
print("</rdf:RDF>")
