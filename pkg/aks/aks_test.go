package aks

import "testing"

func TestEntryName(t *testing.T) {
	c := Cluster{Subscription: "s", ResourceGroup: "a_b", Name: "c"}
	for _, other := range []Cluster{{Subscription: "t", ResourceGroup: "a_b", Name: "c"}, {Subscription: "s", ResourceGroup: "a", Name: "b_c"}} {
		if other.EntryName() == c.EntryName() {
			t.Errorf("%+v has the entries of %+v", other, c)
		}
	}
	if same := (Cluster{Subscription: "S", ResourceGroup: "A_b", Name: "C", ID: "x"}); same.EntryName() != c.EntryName() {
		t.Errorf("%q and %q are one cluster's", same.EntryName(), c.EntryName())
	}
}
