package edit

import "testing"

func TestSetTop(t *testing.T) {
	for in, want := range map[string]string{
		"kind: Preference # mine\ncredentialPluginPolicy: DenyAll   # as advised\naliases: []\n---\nkind: other\n": "kind: Preference # mine\ncredentialPluginPolicy: Allowlist   # as advised\naliases: []\nlist:\n- name: a\n- name: \"b: c\"\n---\nkind: other\n",
		"list:\n- name: z # old\ncredentialPluginPolicy: Allowlist\n":                                              "list:\n- name: a\n- name: \"b: c\"\ncredentialPluginPolicy: Allowlist\n",
		`{"kind": "Preference"}`: `{"kind": "Preference", "credentialPluginPolicy": "Allowlist", "list": [{"name": "a"}, {"name": "b: c"}]}`,
	} {
		f, err := Parse([]byte(in))
		if err != nil {
			t.Fatal(err)
		}
		if err := f.SetTop("credentialPluginPolicy", "Allowlist"); err != nil {
			t.Fatal(err)
		}
		if err := f.SetTopList("list", "name", []string{"a", "b: c"}); err != nil {
			t.Fatal(err)
		}
		if string(f.Bytes()) != want {
			t.Errorf("%s\nwant\n%s", f.Bytes(), want)
		}
		if f.Top("credentialPluginPolicy") != "Allowlist" || f.Top("none") != nil {
			t.Errorf("reads %v", f.Top("credentialPluginPolicy"))
		}
	}
	f, _ := Parse(nil)
	if f.SetTop("a", "b") == nil {
		t.Error("an empty file was edited")
	}
}
