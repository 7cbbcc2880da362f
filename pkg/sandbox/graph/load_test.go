package graph_test

import (
	"fmt"
	"strings"
	"testing"
	"encoding/json"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox"
	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox/directory"
)

func TestLoad(t *testing.T) {
	c := start(t, sandbox.Options{})
	for i := range 10000 {
		upn := fmt.Sprintf("user%05d@contoso.com", i)
		if _, err := c.home.CreateUser(directory.User{UserPrincipalName: upn, DisplayName: upn, Mail: &upn, AccountEnabled: true}); err != nil {
			t.Fatal(err)
		}
	}
	var steps []any
	for b := range 20 {
		var l []string
		for i := range 15 {
			l = append(l, fmt.Sprintf("'user%05d@contoso.com'", b*15+i))
		}
		steps = append(steps, map[string]any{"id": fmt.Sprint(b), "method": "GET", "url": "/users?$filter=userPrincipalName in (" + strings.Join(l, ",") + ")"})
	}
	raw, _ := json.Marshal(map[string]any{"requests": steps})
	at := time.Now()
	a := c.want(200, "", "alice", "POST", "/$batch", string(raw))
	t.Log(time.Since(at), len(a.raw), a.raw[:600])
}
