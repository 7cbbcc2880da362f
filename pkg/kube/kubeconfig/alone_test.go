package kubeconfig

import (
	"reflect"
	"testing"
)

func TestWithTokenReachesTheSameServer(t *testing.T) {
	e := entry
	e.Namespace, e.ProxyURL, e.TLSServerName = "dev", "socks5://jump:1080", "aks.internal"
	path := write(t, others, 0o600)
	if err := Merge(path, e, false); err != nil {
		t.Fatal(err)
	}
	if err := Merge(path, entry, false); err != nil { // which does not say
		t.Fatal(err)
	}
	all, _ := read(t, path)
	if !reflect.DeepEqual(all["aks"], e) {
		t.Errorf("written and read %+v", all["aks"])
	}
	data, err := all["aks"].WithToken("secret")
	if err != nil {
		t.Fatal(err)
	}
	alone, current, err := Parse(data)
	want := Entry{Context: "aad", Cluster: "aad", User: "aad", Server: e.Server, Namespace: "dev", CA: e.CA,
		ProxyURL: e.ProxyURL, TLSServerName: e.TLSServerName, HasToken: true}
	if err != nil || current != "aad" || !reflect.DeepEqual(alone, []Entry{want}) {
		t.Errorf("%+v, %q, %v", alone, current, err)
	}
}
