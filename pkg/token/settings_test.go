package token

import (
	"fmt"
	"strings"
	"testing"
)

func TestSettings(t *testing.T) {
	env := map[string]string{"AZURE_CLIENT_ID": "22222222-2222-4222-8222-222222222222", "AZURE_TENANT_ID": "fabrikam.com",
		"AZURE_CLIENT_SECRET": "hunter2", "AZURE_AUTHORITY_HOST": "https://evil/"}
	list, err := Settings([]string{"--server-id", "6dae42f8-4368-4678-94ff-3960e28e3630", "-t=contoso.com", "--password", "pw"},
		func(k string) string { return env[k] })
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, s := range list {
		got = append(got, fmt.Sprint(s.Name, "=", s.Value, "<", s.Source, s.Overruled))
	}
	want := []string{"server-id=6dae42f8-4368-4678-94ff-3960e28e3630<argument[]", "client-id=22222222-2222-4222-8222-222222222222<AZURE_CLIENT_ID[]",
		"tenant-id=contoso.com<argument[AZURE_TENANT_ID]", "login=auto<default[]", "cloud=public<default[]",
		"client-secret=[redacted]<AZURE_CLIENT_SECRET[]", "password=[redacted]<argument[]"}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s", strings.Join(got, "\n"))
	}
	if _, err := Settings([]string{"--nonsense"}, func(string) string { return "" }); err == nil {
		t.Error("nonsense has settings")
	}
}
