package saccades

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// ManifestName is the name of the manifest in the folder of a set.
const ManifestName = "manifest.json"

// Manifest says how a set was made and what is in it. It has neither times nor
// paths of its own, so equal sets have equal manifests.
type Manifest struct {
	Command string `json:"command,omitempty"` // that makes the set again
	Version string `json:"version,omitempty"` // of the program
	Preset  string `json:"preset"`            // of the sensor
	Sensor  string `json:"sensor"`            // its size
	Seed    uint64 `json:"seed"`              // of the sensor
	Parts   []Made `json:"parts"`
}

// Made is what is in one part of a set.
type Made struct {
	Name       string         `json:"name"`
	Recordings int            `json:"recordings"`
	Events     int64          `json:"events"`
	Classes    map[string]int `json:"classes"` // recordings by class
}

// Recordings is how many there are in all parts.
func (m *Manifest) Recordings() int {
	n := 0
	for _, p := range m.Parts {
		n += p.Recordings
	}
	return n
}

// Events is how many there are in all parts.
func (m *Manifest) Events() int64 {
	n := int64(0)
	for _, p := range m.Parts {
		n += p.Events
	}
	return n
}

// ReadManifest reads the manifest of a set. It returns nil where there is none.
func ReadManifest(dir string) (*Manifest, error) {
	name := filepath.Join(dir, ManifestName)
	raw, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var m Manifest
	if err := json.Unmarshal(raw, &m); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return &m, nil
}

func (m *Manifest) write(dir string) error {
	raw, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return err
	}
	return writeFile(filepath.Join(dir, ManifestName), append(raw, '\n'))
}
