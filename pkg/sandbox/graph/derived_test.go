package graph

import "testing"

// Both pairs are in azure-cli's recordings (test_group_scenario.yaml).
func TestSID(t *testing.T) {
	for id, want := range map[string]any{
		"a3f6c606-38ec-42d7-8c0e-d4ecaf0d9d61": "S-1-12-1-2750858758-1121401068-3973320332-1637682607",
		"7fc3ad5e-575d-4aec-bcc2-957e983140fd": "S-1-12-1-2143530334-1257002845-2123743932-4248842648",
		"":                                     nil,
	} {
		if got := sid(id); got != want {
			t.Errorf("%s: %v, want %v", id, got, want)
		}
	}
}
