package metric

import (
	"encoding/json"
	"math"
	"strconv"

	"zveno.dev/zveno/internal/value"
)

// Result is the answer to a query, with what is needed to check it.
type Result struct {
	Metric   string        `json:"metric"`
	Version  int           `json:"version"`
	Name     Words         `json:"name"`
	Unit     Unit          `json:"unit"`
	Currency string        `json:"currency,omitempty"`
	AsOf     value.Instant `json:"as_of"`
	From     *value.Day    `json:"from,omitempty"`
	To       *value.Day    `json:"to,omitempty"`
	By       []string      `json:"by"`
	Cells    []Cell        `json:"cells"`
	Cut      bool          `json:"cut,omitempty"` // there are more cells than the limit
	SQL      []string      `json:"sql,omitempty"`
}

// Cell is the value for one combination of the dimensions. Numbers that do not apply or are not known are nil.
type Cell struct {
	By          []Key            `json:"by,omitempty"`
	Value       *Number          `json:"value"`
	Numerator   *Number          `json:"numerator,omitempty"`
	Denominator *Number          `json:"denominator,omitempty"`
	N           int64            `json:"n"`
	Interval    *[2]float64      `json:"interval,omitempty"` // 95 %, by Wilson, of a ratio of counts
	Median      *Number          `json:"median,omitempty"`
	P80         *Number          `json:"p80,omitempty"`
	Missing     int64            `json:"missing,omitempty"` // rows that count but have no value: an unknown amount or rate
	Also        map[string]int64 `json:"also,omitempty"`
	Small       bool             `json:"small_sample,omitempty"` // n is below the metric's minimum sample
}

// Key is the value of one dimension.
type Key struct {
	Text string `json:"text"`
	ID   string `json:"id,omitempty"`
}

// Number is a whole number, an amount of minor units (written with its decimals) or a real number.
type Number struct {
	Int    int64
	Real   float64
	Digits int  // decimals of Int
	Whole  bool // Int holds the number, otherwise Real
}

func whole(n int64) *Number             { return &Number{Int: n, Whole: true} }
func minor(n int64, digits int) *Number { return &Number{Int: n, Digits: digits, Whole: true} }
func real(x float64) *Number            { return &Number{Real: x} }

// Float is the number as a float64, amounts in major units.
func (n *Number) Float() float64 {
	if n.Whole {
		return float64(n.Int) / math.Pow10(n.Digits)
	}
	return n.Real
}

// String writes whole numbers and amounts exactly, real numbers with as many digits as they need.
func (n *Number) String() string {
	switch {
	case n == nil:
		return ""
	case !n.Whole:
		return strconv.FormatFloat(n.Real, 'f', -1, 64)
	case n.Digits == 0:
		return strconv.FormatInt(n.Int, 10)
	}
	sign, abs, unit := "", uint64(n.Int), uint64(math.Pow10(n.Digits))
	if n.Int < 0 {
		sign, abs = "-", -abs
	}
	fraction := strconv.FormatUint(unit+abs%unit, 10)[1:]
	return sign + strconv.FormatUint(abs/unit, 10) + "." + fraction
}

// MarshalJSON writes a JSON number.
func (n Number) MarshalJSON() ([]byte, error) { return []byte(n.String()), nil }

// UnmarshalJSON reads a JSON number.
func (n *Number) UnmarshalJSON(text []byte) error {
	var number json.Number
	if err := json.Unmarshal(text, &number); err != nil {
		return err
	}
	if i, err := number.Int64(); err == nil {
		*n = Number{Int: i, Whole: true}
		return nil
	}
	x, err := number.Float64()
	*n = Number{Real: x}
	return err
}

// Wilson gives the 95 % interval of a proportion (E. B. Wilson: Probable Inference, the Law of Succession, and Statistical
// Inference, JASA 22, 1927). With n = 0 it is 0 to 1.
func Wilson(successes, n int64) (low, high float64) {
	if n == 0 {
		return 0, 1
	}
	const z = 1.959963984540054
	p, m := float64(successes)/float64(n), float64(n)
	centre := (p + z*z/(2*m)) / (1 + z*z/m)
	half := z / (1 + z*z/m) * math.Sqrt(p*(1-p)/m+z*z/(4*m*m))
	return max(0, centre-half), min(1, centre+half)
}
