package aedat

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"dvsim/events"
)

// The infoNode is a tree of named nodes with typed attributes:
//
//	<dv version="2.0">
//	  <node name="outInfo" path="/outInfo/">
//	    <node name="0" path="/outInfo/0/">
//	      <attr key="typeIdentifier" type="string">EVTS</attr>
//	      <node name="info" path="/outInfo/0/info/">
//	        <attr key="sizeX" type="int">346</attr>
//
// A stream's node is named by its number, which need not count from 0. IMU and
// trigger streams have no size.

// v4Node is one node of the tree.
type v4Node struct {
	Name  string   `xml:"name,attr"`
	Attrs []v4Attr `xml:"attr"`
	Nodes []v4Node `xml:"node"`
}

type v4Attr struct {
	Key   string `xml:"key,attr"`
	Value string `xml:",chardata"`
}

func (n *v4Node) attr(key string) string {
	for _, a := range n.Attrs {
		if a.Key == key {
			return strings.TrimSpace(a.Value)
		}
	}
	return ""
}

func (n *v4Node) child(name string) *v4Node {
	for i := range n.Nodes {
		if n.Nodes[i].Name == name {
			return &n.Nodes[i]
		}
	}
	return nil
}

// v4ParseInfo returns the streams in the order of the file.
func v4ParseInfo(info []byte) ([]events.Stream, error) {
	var root v4Node
	d := xml.NewDecoder(bytes.NewReader(info))
	if err := d.Decode(&root); err != nil {
		return nil, fmt.Errorf("%w: description of the streams: %w", events.ErrCorrupt, err)
	}
	out := root.child("outInfo")
	if out == nil {
		return nil, fmt.Errorf("%w: the header describes no streams", events.ErrCorrupt)
	}
	var streams []events.Stream
	seen := map[int]bool{}
	for i := range out.Nodes {
		n := &out.Nodes[i]
		id, err := strconv.Atoi(n.Name)
		if err != nil || id < 0 || id > v4MaxStream || seen[id] {
			return nil, fmt.Errorf("%w: a stream numbered %q", events.ErrCorrupt, n.Name)
		}
		seen[id] = true
		s := events.Stream{ID: id, Name: n.attr("typeIdentifier")}
		s.Kind = v4Kind(s.Name)
		if in := n.child("info"); in != nil {
			s.Source = in.attr("source")
			if s.Kind == events.KindEvents || s.Kind == events.KindFrames {
				s.Geometry, err = v4Size(in)
			}
		}
		if err != nil {
			return nil, fmt.Errorf("%w: stream %d: %w", events.ErrCorrupt, id, err)
		}
		streams = append(streams, s)
	}
	return streams, nil
}

// v4MaxStream bounds the number of a stream, so that a damaged one is told from a real one.
const v4MaxStream = 1<<16 - 1

// v4Size reads sizeX and sizeY; both may be absent.
func v4Size(in *v4Node) (events.Geometry, error) {
	xs, ys := in.attr("sizeX"), in.attr("sizeY")
	if xs == "" && ys == "" {
		return events.Geometry{}, nil
	}
	x, err1 := strconv.Atoi(xs)
	y, err2 := strconv.Atoi(ys)
	if err := errors.Join(err1, err2); err != nil {
		return events.Geometry{}, fmt.Errorf("size %q x %q", xs, ys)
	}
	if x < 0 || y < 0 || x > 1<<15 || y > 1<<15 {
		return events.Geometry{}, fmt.Errorf("size %d x %d", x, y)
	}
	return events.Geometry{Width: x, Height: y}, nil
}

// v4WriteInfo describes streams for a header, in the words of dv-processing.
func v4WriteInfo(streams []events.Stream, c v4Codec) string {
	var b strings.Builder
	attr := func(indent, key, typ, value string) {
		fmt.Fprintf(&b, "%s<attr key=%q type=%q>", indent, key, typ)
		_ = xml.EscapeText(&b, []byte(value)) // a strings.Builder never fails
		b.WriteString("</attr>\n")
	}
	b.WriteString("<dv version=\"2.0\">\n    <node name=\"outInfo\" path=\"/outInfo/\">\n")
	named := map[events.Kind]int{}
	for _, s := range streams {
		const in1, in2 = "            ", "                "
		name := string(s.Kind)
		if n := named[s.Kind]; n > 0 {
			name += strconv.Itoa(n)
		}
		named[s.Kind]++
		fmt.Fprintf(&b, "        <node name=\"%d\" path=\"/outInfo/%d/\">\n", s.ID, s.ID)
		attr(in1, "compression", "string", v4CodecTags[c])
		attr(in1, "originalModuleName", "string", "dvsim")
		attr(in1, "originalOutputName", "string", name)
		attr(in1, "typeDescription", "string", "Array of "+string(s.Kind)+".")
		attr(in1, "typeIdentifier", "string", v4Ident(s.Kind))
		fmt.Fprintf(&b, "            <node name=\"info\" path=\"/outInfo/%d/info/\">\n", s.ID)
		if s.Kind == events.KindEvents || s.Kind == events.KindFrames {
			attr(in2, "sizeX", "int", strconv.Itoa(s.Geometry.Width))
			attr(in2, "sizeY", "int", strconv.Itoa(s.Geometry.Height))
		}
		attr(in2, "source", "string", s.Source)
		b.WriteString("            </node>\n        </node>\n")
	}
	b.WriteString("    </node>\n</dv>\n")
	return b.String()
}
