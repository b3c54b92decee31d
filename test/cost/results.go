package cost

import (
	"encoding/json"
	"fmt"
	"os"
	"time"
)

// Results are what one run of the benchmark found, as it is kept in a file.
type Results struct {
	Date    time.Time `json:"date"`
	Version string    `json:"version"`
	Machine Machine   `json:"machine"`
	// Calls is the table, Rows and Callers are the growth with the length of a list and
	// with the number of callers.
	Calls   []Row `json:"calls"`
	Rows    []Row `json:"rows"`
	Callers []Row `json:"callers"`
	// Ledgers is what a create with a request id costs with each ledger.
	Ledgers []LedgerRow `json:"ledgers"`

	Memory     []Figure    `json:"memory"`
	Crowds     []Crowd     `json:"crowds"`
	Components []Breakdown `json:"components"`
}

// Row is what one kind of call costs in one server.
type Row struct {
	Work    string `json:"work"`
	Server  string `json:"server"`
	Callers int    `json:"callers"`
	Length  int    `json:"length,omitempty"` // rows of the vendor's list, if the run varies them
	Calls   int    `json:"calls"`            // how many were measured
	// CPUMicros is the median of the slices, the ratios are those to the proxies.
	CPUMicros float64 `json:"cpu_micros"`
	ToProxy   *Ratio  `json:"to_proxy,omitempty"`
	ToDecode  *Ratio  `json:"to_decode,omitempty"`
	// Allocations is how many objects a call allocates; 0 if it is not known.
	Allocations float64 `json:"allocations,omitempty"`
	P50Micros   float64 `json:"p50_micros"`
	P99Micros   float64 `json:"p99_micros"`
}

// LedgerRow is what a create with a request id costs with a ledger, beside one without.
type LedgerRow struct {
	Ledger    string  `json:"ledger"`
	Callers   int     `json:"callers"`
	CPUMicros float64 `json:"cpu_micros"`
	// ToNone is the ratio to the create without a request id.
	ToNone    *Ratio  `json:"to_none,omitempty"`
	P50Micros float64 `json:"p50_micros"`
	P99Micros float64 `json:"p99_micros"`
}

// Ratio is how many times the CPU time of a yardstick a call takes: the median over the
// slices, and the range of the middle half of them.
type Ratio struct {
	Median float64 `json:"median"`
	Low    float64 `json:"low"`
	High   float64 `json:"high"`
}

// Figure is one value with its target, if it has one.
type Figure struct {
	Name   string  `json:"name"`
	Value  float64 `json:"value"`
	Target float64 `json:"target,omitempty"`
	Unit   string  `json:"unit"`
}

// Crowd is what became of many calls at once.
type Crowd struct {
	Name     string  `json:"name"`
	Calls    int     `json:"calls"`
	Answered int     `json:"answered"`
	Finished int     `json:"finished,omitempty"` // callers that read all pages of a list
	Seconds  float64 `json:"seconds"`
	P50      float64 `json:"p50_seconds"`
	P99      float64 `json:"p99_seconds"`
	// Failures counts the failed calls by their code.
	Failures map[string]int `json:"failures,omitempty"`
}

// Breakdown is which share of the CPU time each component took.
type Breakdown struct {
	Work   string             `json:"work"`
	Server string             `json:"server"`
	Shares map[string]float64 `json:"shares"`
}

// Read reads results from a file.
func Read(path string) (*Results, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read the results: %w", err)
	}
	results := &Results{}
	if err := json.Unmarshal(text, results); err != nil {
		return nil, fmt.Errorf("read the results in %s: %w", path, err)
	}
	return results, nil
}

// Write writes the results to a file.
func (r *Results) Write(path string) error {
	text, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return fmt.Errorf("write the results: %w", err)
	}
	if err := os.WriteFile(path, append(text, '\n'), 0o644); err != nil {
		return fmt.Errorf("write the results: %w", err)
	}
	return nil
}
