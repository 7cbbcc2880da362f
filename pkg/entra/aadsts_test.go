package entra

import (
	"cmp"
	"slices"
	"strings"
	"testing"
)

// documented are the codes that the project's notes list; a code that is
// dropped from the tables by an edit is missed here.
var documented = []int{
	16000, 16003, 28002, 50001, 500011, 50002, 500021, 500022, 50005, 50011, 500113, 50012, 50013, 500133, 50014,
	50020, 500208, 500212, 500213, 50034, 50053, 50055, 50057, 50058, 50059, 50072, 50074, 50076, 50078, 50079,
	50085, 50089, 50173, 50132, 50133, 50097, 50131, 50105, 50126, 50128, 50134, 50140, 50199, 50194, 50196,
	53000, 53001, 53002, 53003, 53004, 53011, 530003, 530032, 530033, 530034, 530035, 54005, 65001, 65002, 65004,
	65005, 650052, 650056, 650057, 70000, 70001, 70002, 70003, 700016, 70008, 700082, 700084, 70011, 700022, 700023,
	70016, 70018, 70019, 70020, 700025, 700027, 70043, 7000112, 7000113, 7000114, 7000215, 7000218, 7000222,
	90002, 90009, 900144, 90014, 90033, 90055, 90038, 90072, 90094, 90095, 900971, 900382, 900432, 1000104,
}

func TestAADSTSKnowsTheDocumentedCodes(t *testing.T) {
	for _, n := range documented {
		c, ok := AADSTS(n)
		if !ok || c.Code != n {
			t.Errorf("AADSTS(%d) = %+v, %v", n, c, ok)
		}
	}
	if len(AADSTSCodes()) != len(documented) {
		t.Errorf("the tables have %d codes, the notes %d", len(AADSTSCodes()), len(documented))
	}
	if c, ok := AADSTS(1); ok {
		t.Errorf("AADSTS(1) = %+v", c)
	}
}

func TestAADSTSTables(t *testing.T) {
	for _, table := range [][]Code{signInCodes, appCodes} {
		if !slices.IsSortedFunc(table, func(a, b Code) int { return cmp.Compare(a.Code, b.Code) }) {
			t.Error("a table is not sorted: the search needs it")
		}
	}
	whos := []string{ByPerson, ByTenantAdmin, ByClusterAdmin, ByProgram}
	for _, c := range AADSTSCodes() {
		if !slices.Contains(whos, c.Who) {
			t.Errorf("%d: who is %q", c.Code, c.Who)
		}
		for _, s := range []string{c.Meaning, c.Remedy} {
			if !strings.HasSuffix(s, ".") || strings.ContainsAny(s, "\n\t") {
				t.Errorf("%d: not a sentence: %q", c.Code, s)
			}
		}
	}
}

func TestParseAADSTS(t *testing.T) {
	for in, want := range map[string]int{
		"AADSTS50057": 50057, "aadsts50057:": 50057, " 53003 ": 53003,
		"": 0, "AADSTS": 0, "12x": 0, "-5": 0, "0": 0, "99999999999999": 0,
	} {
		got, ok := ParseAADSTS(in)
		if got != want || ok != (want != 0) {
			t.Errorf("ParseAADSTS(%q) = %d, %v; want %d", in, got, ok, want)
		}
	}
}
