package kubeconfig

import (
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"testing"

	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
)

const others = `apiVersion: v1
kind: Config
current-context: home
preferences: {}
clusters:
- name: home
  cluster: {server: "https://home:6443", certificate-authority: ca.pem, extensions: [{name: x, extension: {a: b}}]}
contexts:
- name: home
  context: {cluster: home, user: me, namespace: dev}
- name: legacy
  context: {cluster: home, user: old}
users:
- name: me
  user: {client-certificate: me.crt, client-key: me.key}
- name: old
  user: {auth-provider: {name: azure, config: {tenant-id: t}}}
`

var entry = Entry{
	Context: "aks", Cluster: "aks", User: "aad_aks", Server: "https://aks:443", CA: []byte("PEM"),
	Exec: &Exec{Command: "kubectl-aad", Args: []string{"get-token", "--server-id", "6dae"}, Env: map[string]string{"A": "1", "B": "2"},
		APIVersion: "client.authentication.k8s.io/v1", InteractiveMode: "IfAvailable", InstallHint: "install it"},
}

func write(t *testing.T, text string, mode os.FileMode) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "config")
	if err := os.WriteFile(path, []byte(text), mode); err != nil {
		t.Fatal(err)
	}
	return path
}

func read(t *testing.T, path string) (map[string]Entry, string) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	list, current, err := Parse(data)
	if err != nil {
		t.Fatal(err)
	}
	entries := map[string]Entry{}
	for _, e := range list {
		entries[e.Context] = e
	}
	return entries, current
}

func TestMergeKeepsEverythingElse(t *testing.T) {
	path := write(t, others, 0o644)
	before, _ := read(t, path)
	if err := Merge(path, entry, false); err != nil {
		t.Fatal(err)
	}
	after, current := read(t, path)
	if current != "home" {
		t.Errorf("current context %q", current)
	}
	if !reflect.DeepEqual(after["aks"], entry) {
		t.Errorf("written %+v", after["aks"])
	}
	delete(after, "aks")
	if !reflect.DeepEqual(after, before) {
		t.Errorf("others were %+v and are %+v", before, after)
	}
	data, _ := os.ReadFile(path)
	for _, kept := range []string{"certificate-authority: ca.pem", "client-certificate: me.crt", "tenant-id: t", "a: b"} {
		if !strings.Contains(string(data), kept) {
			t.Errorf("%q is gone from\n%s", kept, data)
		}
	}
	if info, _ := os.Stat(path); info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v", info.Mode())
	}
	changed := entry
	changed.Exec, changed.ClientCert, changed.ClientKey, changed.Namespace = nil, []byte("C"), []byte("K"), "prod"
	if err := Merge(path, changed, true); err != nil {
		t.Fatal(err)
	}
	after, current = read(t, path)
	if !reflect.DeepEqual(after["aks"], changed) || current != "aks" {
		t.Errorf("changed to %+v, current %q", after["aks"], current)
	}
	files, _ := filepath.Glob(filepath.Join(filepath.Dir(path), "*"))
	if hidden, _ := filepath.Glob(filepath.Join(filepath.Dir(path), ".*")); len(files)+len(hidden) != 1 {
		t.Errorf("left behind: %q %q", files, hidden)
	}
}

func TestMergeMakesTheFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "new", "config")
	if err := Merge(path, entry, true); err != nil {
		t.Fatal(err)
	}
	if got, current := read(t, path); !reflect.DeepEqual(got["aks"], entry) || current != "aks" {
		t.Errorf("%+v, current %q", got, current)
	}
	if err := Merge(path, Entry{Context: "x"}, true); err == nil {
		t.Error("an entry without a cluster was written")
	}
}

func TestALinkStaysALink(t *testing.T) {
	target := write(t, others, 0o600)
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(target, link); err != nil {
		t.Skip(err)
	}
	if err := Merge(link, entry, false); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Lstat(link); err != nil || info.Mode()&os.ModeSymlink == 0 {
		t.Errorf("%v, %v", info, err)
	}
	if got, _ := read(t, target); got["aks"].Server != entry.Server {
		t.Errorf("target has %+v", got)
	}
}

func TestAFileThatCannotBeReadStaysAsItIs(t *testing.T) {
	path := write(t, "apiVersion: v1\nclusters: [", 0o600)
	if err := Merge(path, entry, false); fault.KindOf(err) != fault.Failure || err == nil {
		t.Errorf("error %v", err)
	}
	if data, _ := os.ReadFile(path); string(data) != "apiVersion: v1\nclusters: [" {
		t.Errorf("now %q", data)
	}
	if _, err := os.Stat(path + ".lock"); err == nil {
		t.Error("the lock was left")
	}
}

func TestManyWriters(t *testing.T) {
	path := write(t, others, 0o600)
	var wg sync.WaitGroup
	for i := range 20 {
		wg.Go(func() {
			e := entry
			e.Context = fmt.Sprintf("aks-%d", i)
			if err := Merge(path, e, false); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if got, _ := read(t, path); len(got) != 22 {
		t.Errorf("%d contexts", len(got))
	}
}

func TestRemove(t *testing.T) {
	path := write(t, others, 0o600)
	if err := Merge(path, entry, true); err != nil {
		t.Fatal(err)
	}
	shared := entry
	shared.Context = "aks-admin"
	shared.User = "admin"
	if err := Merge(path, shared, false); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"aks", "no-such-context"} {
		if err := Remove(path, name); err != nil {
			t.Fatal(err)
		}
	}
	data, _ := os.ReadFile(path)
	got, current := read(t, path)
	if current != "" || len(got) != 3 || got["aks-admin"].Server != entry.Server || strings.Contains(string(data), "aad_aks") {
		t.Errorf("left %+v, current %q\n%s", got, current, data)
	}
	if err := Remove(filepath.Join(t.TempDir(), "none"), "aks"); err != nil {
		t.Error(err)
	}
}

func TestLoadMergesLikeKubectl(t *testing.T) {
	first := write(t, strings.ReplaceAll(others, "namespace: dev", "namespace: first"), 0o600)
	second := write(t, others, 0o600)
	if err := Merge(second, entry, true); err != nil {
		t.Fatal(err)
	}
	env := strings.Join([]string{"", filepath.Join(t.TempDir(), "none"), first, second}, string(os.PathListSeparator))
	list, current, err := Load("", env)
	if err != nil || len(list) != 3 || current != "home" || list[0].Context != "aks" || list[1].Namespace != "first" || list[2].AuthProvider != "azure" {
		t.Errorf("%+v, %q, %v", list, current, err)
	}
	if list, _, err := Load(second, env); err != nil || len(list) != 3 || list[1].Namespace != "dev" {
		t.Errorf("explicit: %+v, %v", list, err)
	}
	if _, _, err := Load(filepath.Join(t.TempDir(), "none"), ""); fault.KindOf(err) != fault.Config {
		t.Errorf("explicit and missing: %v", err)
	}
}

func TestPath(t *testing.T) {
	t.Setenv("HOME", "/home/alice")
	list := strings.Join([]string{"", "/a", "/b"}, string(os.PathListSeparator))
	for _, tt := range [][3]string{{"/x", list, "/x"}, {"", list, "/a"}, {"", "", filepath.Join("/home/alice", ".kube", "config")}} {
		if got := Path(tt[0], tt[1]); got != tt[2] {
			t.Errorf("Path(%q, %q) = %q, want %q", tt[0], tt[1], got, tt[2])
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(others))
	f.Add([]byte("contexts: [{name: a, context: null}]\nusers: [{name: b, user: {exec: {}}}]"))
	f.Fuzz(func(t *testing.T, data []byte) {
		if _, _, err := Parse(data); err != nil && fault.KindOf(err) != fault.Config {
			t.Errorf("%v", err)
		}
	})
}
