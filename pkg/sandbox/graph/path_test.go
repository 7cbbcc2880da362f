package graph

import "testing"

func TestCanonical(t *testing.T) {
	for in, want := range map[string]string{
		"/v1.0/me/":                     "/v1.0/me",
		"/v1.0/users/a%23EXT%23@b":      "/v1.0/users/a%23EXT%23@b",
		"/v1.0/applications(appId='x')": "/v1.0/applications/(appId='x')",
		"/v1.0/applications(uniqueName='a/b''c')/addPassword":      "/v1.0/applications/(uniqueName='a%2Fb''c')/addPassword",
		"/v1.0/applications(uniqueName=%27a%2Fb%27)":               "/v1.0/applications/(uniqueName='a%2Fb')",
		"/v1.0/users%28%27x%27%29/microsoft.graph.getMemberGroups": "/v1.0/users/('x')/getMemberGroups",
		"/v1.0/groups/x/members/graph.user":                        "/v1.0/groups/x/members/microsoft.graph.user",
		"/v1.0/groups/x/members/microsoft.graph.user":              "/v1.0/groups/x/members/microsoft.graph.user",
	} {
		if got := canonical(in); got != want {
			t.Errorf("%s: %s, want %s", in, got, want)
		}
	}
}

func TestKey(t *testing.T) {
	for in, want := range map[string][2]string{
		"x":                     {"", "x"},
		"('x')":                 {"", "x"},
		"(appId='x')":           {"appId", "x"},
		"(uniqueName='a=b''c')": {"uniqueName", "a=b'c"},
		"('a=b')":               {"", "a=b"},
	} {
		if name, value := key(in); name != want[0] || value != want[1] {
			t.Errorf("%s: %q %q, want %q", in, name, value, want)
		}
	}
	for in, want := range map[string]string{
		"https://graph.microsoft.com/v1.0/directoryObjects/x":    "x",
		"https://graph.microsoft.com/v1.0/users('x')":            "x",
		"https://graph.microsoft.com/v1.0/directoryObjects/{x}/": "",
		"": "",
	} {
		if got, ok := reference(in); got != want || ok != (want != "") {
			t.Errorf("%s: %q, want %q", in, got, want)
		}
	}
}
