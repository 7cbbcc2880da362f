package edit

import (
	"strings"
	"testing"
)

const kubelogin = `# my clusters
apiVersion: v1
kind: Config
current-context: dev   # the usual one
users:
- name: "dev"
  user:
    exec:
      # made by az
      apiVersion: client.authentication.k8s.io/v1beta1
      args:
      - get-token
      - --server-id
      - 6dae42f8-4368-4678-94ff-3960e28e3630
      command: kubelogin  # on PATH
      env:
      - {name: A, value: b}
      provideClusterInfo: false

- name: 'other'
  user: {token: x}
contexts:
- {name: dev, context: {user: dev, cluster: c}}
`

var change = Change{Command: "kubectl-aad", Args: []string{"get-token", "--account", "yes", "-v", "1e3", "a: b"}, InstallHint: "krew: install"}

func TestSetExec(t *testing.T) {
	const block = `      args:
      - get-token
      - --account
      - "yes"
      - -v
      - "1e3"
      - "a: b"
      command: kubectl-aad  # on PATH
`
	start, rest, _ := strings.Cut(kubelogin, "      args:\n")
	_, rest, _ = strings.Cut(rest, "# on PATH\n")
	want := start + block + strings.Replace(rest, "provideClusterInfo: false\n", "provideClusterInfo: false\n      installHint: \"krew: install\"\n", 1)
	for name, in := range map[string]string{"lines": kubelogin, "CRLF": strings.ReplaceAll(kubelogin, "\n", "\r\n"), "no end": strings.TrimSuffix(kubelogin, "\n")} {
		f, err := Parse([]byte(in))
		if err != nil {
			t.Fatal(err)
		}
		if err := f.SetExec("dev", change); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		expected := want
		switch name {
		case "CRLF":
			expected = strings.ReplaceAll(want, "\n", "\r\n")
		case "no end":
			expected = strings.TrimSuffix(want, "\n")
		}
		if got := string(f.Bytes()); got != expected {
			t.Errorf("%s:\n%s", name, got)
		}
		once := string(f.Bytes())
		if err := f.SetExec("dev", change); err != nil || string(f.Bytes()) != once {
			t.Errorf("%s: a second time: %v\n%s", name, err, f.Bytes())
		}
	}
}

func TestOtherLayouts(t *testing.T) {
	for name, tc := range map[string][2]string{
		"JSON": {`{"users":[{"name":"ü","user":{"exec":{"command":"kubelogin","args":["x, ]", "y"], "env": null}}}]}`,
			`{"users":[{"name":"ü","user":{"exec":{"command": "a","args": ["b"], "env": null, "installHint": "h"}}}]}`},
		"flow user": {"users:\n- name: ü\n  user: {exec: {command: kubelogin, args: [\"x\"]}} # c\n",
			"users:\n- name: ü\n  user: {exec: {\"command\": \"a\", \"args\": [\"b\"], \"installHint\": \"h\"}} # c\n"},
		"provider": {"users:\n- name: ü\n  user:\n    auth-provider:\n      config:\n        tenant-id: t\n      name: azure\n    # end\n- name: z\n",
			"users:\n- name: ü\n  user:\n    exec:\n      args:\n      - b\n      command: a\n      installHint: h\n    # end\n- name: z\n"},
		"flow provider": {"users: [{name: ü, user: {auth-provider: {name: azure, config: {a: \"}\"}}}}]",
			"users: [{name: ü, user: {\"exec\": {\"args\": [\"b\"], \"command\": \"a\", \"installHint\": \"h\"}}}]"},
		"indented list": {"users:\n  - user:\n      exec:\n        args:\n            - a\n            # note\n            - b\n        command: >-\n          kube\n          login\n        installHint: |\n          x\n\n          y\n    name: ü\n",
			"users:\n  - user:\n      exec:\n        args:\n            - b\n        command: a\n        installHint: h\n    name: ü\n"},
		"long plain": {"users:\n- name: ü\n  user:\n    exec:\n      command: a\n      installHint: one\n        two # c\n      args: []\n",
			"users:\n- name: ü\n  user:\n    exec:\n      command: a\n      installHint: h\n      args:\n      - b\n"},
		"comment last": {"users:\n- name: ü\n  user:\n    exec:\n      command: k # c\n      args: [b] # d", "users:\n- name: ü\n  user:\n    exec:\n      command: a # c\n      args:\n      - b # d\n      installHint: h"},
	} {
		f, err := Parse([]byte(tc[0]))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		err = f.SetExec("ü", Change{Command: "a", Args: []string{"b"}, InstallHint: "h"})
		if got := string(f.Bytes()); err != nil || got != tc[1] {
			t.Errorf("%s: %v\n%s\nwant\n%s", name, err, got, tc[1])
		}
	}
}

// What cannot be edited alone is left alone.
func TestRefused(t *testing.T) {
	for name, in := range map[string]string{
		"alias":  "x: &e {command: kubelogin}\nusers:\n- {name: a, user: {exec: *e}}\n",
		"anchor": "users:\n- {name: a, user: {exec: {command: &c kubelogin}}}\ny: *c\n",
		"merged": "x: &e {command: kubelogin}\nusers:\n- name: a\n  user:\n    exec:\n      <<: *e\n",
		"token":  "users:\n- {name: a, user: {token: x}}\n",
		"absent": "users: []\n", "empty": "",
	} {
		f, err := Parse([]byte(in))
		if err != nil {
			t.Fatal(err)
		}
		if err := f.SetExec("a", Change{Command: "b"}); err == nil && name != "merged" || string(f.Bytes()) != in && name != "merged" {
			t.Errorf("%s: %v, %q", name, err, f.Bytes())
		}
	}
	for _, in := range []string{"users: [", "a: 1\na: 2\n", "- 1\n"} {
		if _, err := Parse([]byte(in)); err == nil {
			t.Errorf("%q was read", in)
		}
	}
}

func TestReading(t *testing.T) {
	f, err := Parse([]byte(kubelogin))
	if err != nil {
		t.Fatal(err)
	}
	users := f.Users()
	contexts, current := f.Contexts()
	if len(users) != 2 || users[0].Name != "dev" || users[0].Exec["command"] != "kubelogin" || users[1].Exec != nil || contexts["dev"] != "dev" || current != "dev" {
		t.Errorf("%+v, %v, %q", users, contexts, current)
	}
}

// Whatever the file looks like, an edit changes nothing but the plugin, or
// nothing at all: SetExec proves that itself, so that this looks for panics and
// for edits that are not there the second time.
func FuzzSetExec(f *testing.F) {
	f.Add(kubelogin, "dev", "x")
	f.Add(`{"users":[{"name":"a","user":{"exec":{"command":"k","args":["}"]}}}]}`, "a", "y: [")
	f.Add("users:\n- name: a\n  user:\n    auth-provider: {name: azure}\n", "a", "\u2028")
	f.Fuzz(func(t *testing.T, in, user, arg string) {
		file, err := Parse([]byte(in))
		if err != nil {
			return
		}
		before := string(file.Bytes())
		c := Change{Command: "kubectl-aad", Args: []string{"get-token", arg}}
		if err := file.SetExec(user, c); err != nil {
			if string(file.Bytes()) != before {
				t.Fatalf("changed with an error: %q", file.Bytes())
			}
			return
		}
		once := string(file.Bytes())
		again, err := Parse([]byte(once))
		if err != nil {
			t.Fatal(err)
		}
		if err := again.SetExec(user, c); err != nil || string(again.Bytes()) != once {
			t.Fatalf("a second edit: %v\n%q\n%q", err, once, again.Bytes())
		}
	})
}
