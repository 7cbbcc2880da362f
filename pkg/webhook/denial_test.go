package webhook_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/kubectl-aad/kubectl-aad/pkg/webhook/issuertest"
)

// TestDeniedClaims: signed by the tenant and still not let in.
func TestDeniedClaims(t *testing.T) {
	const other = "99999999-2222-4333-8444-555555555555"
	overage := map[string]any{"groups": nil, "_claim_names": map[string]string{"groups": "src1"}}
	for name, c := range map[string]struct {
		claims map[string]any
		reason string
	}{
		"other tenant":         {map[string]any{"tid": other, "iss": "https://sts.windows.net/" + other + "/"}, "tenant"},
		"no tenant":            {map[string]any{"tid": nil}, "tenant"},
		"issuer of another":    {map[string]any{"iss": "https://sts.windows.net/" + other + "/"}, "issued by"},
		"issuer without slash": {map[string]any{"iss": strings.TrimSuffix(issuertest.V1, "/")}, "issued by"},
		"no issuer":            {map[string]any{"iss": nil}, "issued by"},
		"v2 not accepted":      {map[string]any{"iss": issuertest.V2}, "--accept-v2"},
		"other audience":       {map[string]any{"aud": "https://graph.microsoft.com"}, "audience"},
		"spn audience":         {map[string]any{"aud": "spn:" + string(issuertest.Client)}, "audience"},
		"audience prefix":      {map[string]any{"aud": string(issuertest.Client) + "0"}, "audience"},
		"no audience":          {map[string]any{"aud": nil}, "audience"},
		"audience list":        {map[string]any{"aud": []string{string(issuertest.Client)}}, "claim aud"},
		"expired":              {map[string]any{"exp": start.Unix()}, "expired"},
		"no expiry":            {map[string]any{"exp": nil}, "no expiry"},
		"expiry null":          {map[string]any{"exp": json.RawMessage("null")}, "claim exp"},
		"expiry text":          {map[string]any{"exp": "2000000000"}, "claim exp"},
		"expiry fraction":      {map[string]any{"exp": 2000000000.5}, "claim exp"},
		"expiry negative":      {map[string]any{"exp": -1}, "expired"},
		"expiry without end":   {map[string]any{"exp": json.RawMessage("9223372036854775807")}, "claim exp"},
		"not yet valid":        {map[string]any{"nbf": start.Unix() + 61}, "not valid before"},
		"no object id":         {map[string]any{"oid": nil}, "object id"},
		"object id a path":     {map[string]any{"oid": "../../groups"}, "object id"},
		"no name at all":       {map[string]any{"upn": nil, "oid": nil}, "object id"},
		"empty name":           {map[string]any{"upn": ""}, "claim upn"},
		"blank name":           {map[string]any{"upn": " \t"}, "empty name"},
		"invisible name":       {map[string]any{"upn": "alice@contoso.com\u200b"}, "cannot be seen"},
		"name with a break":    {map[string]any{"upn": "alice@contoso.com\nx"}, "cannot be seen"},
		"name null":            {map[string]any{"upn": json.RawMessage("null")}, "claim upn"},
		"name a list":          {map[string]any{"upn": []string{"a"}}, "claim upn"},
		"system name":          {map[string]any{"upn": "system:admin"}, "reserved"},
		"System name":          {map[string]any{"upn": "System:admin"}, "reserved"},
		"system name, overage": {with(overage, map[string]any{"upn": "system:admin"}), "reserved"},
		"system group":         {map[string]any{"groups": []string{issuertest.Group, "system:masters"}}, "reserved"},
		"group by name":        {map[string]any{"groups": []string{"developers"}}, "object id"},
		"empty group":          {map[string]any{"groups": []string{""}}, "object id"},
		"groups a string":      {map[string]any{"groups": "x"}, "claim groups"},
		"groups null":          {map[string]any{"groups": json.RawMessage("null")}, "claim groups"},
		"group a number":       {map[string]any{"groups": []any{1}}, "claim groups"},
		"claim names a list":   {map[string]any{"_claim_names": []string{}}, "claim _claim_names"},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			refused(t, b, b.sign(c.claims), c.reason)
		})
	}
}

// TestDeniedTokens: wrong before anybody reads a claim.
func TestDeniedTokens(t *testing.T) {
	key, stranger := signing(), issuertest.NewKey(t, "key-1")
	claims, _ := json.Marshal(issuertest.Claims(start, nil))
	payload := string(claims)
	header := func(alg string) string { return fmt.Sprintf(`{"alg":%q,"kid":"key-1"}`, alg) }
	good := key.Sign(header("RS256"), payload)
	parts := strings.Split(good, ".")
	twice := strings.Replace(payload, `"upn":`, `"upn":"system:admin","upn":`, 1)
	for name, c := range map[string]struct{ token, reason string }{
		"none at all":          {"", "no token"},
		"not a JWT":            {"hello", "not a signed JWT"},
		"two parts":            {parts[0] + "." + parts[1], "not a signed JWT"},
		"encrypted":            {good + "..", "not a signed JWT"},
		"dots":                 {strings.Repeat(".", 60000), "not a signed JWT"},
		"huge":                 {strings.Repeat("a", 64<<10) + "..", "larger"},
		"not base64":           {parts[0] + "." + parts[1] + ".!!", "base64url"},
		"padded":               {good + "==", "base64url"},
		"line break":           {good + "\n", "base64url"},
		"stray bits":           {parts[0] + "." + parts[1] + "." + strings.TrimRight(parts[2][:341], "\n") + "_", "base64url"},
		"no signature":         {parts[0] + "." + parts[1] + ".", "signature"},
		"alg none":             {key.Sign(header("none"), payload), "algorithm"},
		"alg none, unsigned":   {strings.Join(strings.Split(key.Sign(header("none"), payload), ".")[:2], ".") + ".", "algorithm"},
		"HS256 by public key":  {key.HMAC(header("HS256"), payload), "algorithm"},
		"RS256 by HMAC":        {key.HMAC(header("RS256"), payload), "signature"},
		"RS512":                {key.Sign(header("RS512"), payload), "algorithm"},
		"PS256":                {key.Sign(header("PS256"), payload), "algorithm"},
		"rs256":                {key.Sign(header("rs256"), payload), "algorithm"},
		"no alg":               {key.Sign(`{"kid":"key-1"}`, payload), "algorithm"},
		"alg twice":            {key.Sign(`{"alg":"none","alg":"RS256","kid":"key-1"}`, payload), "duplicate"},
		"no kid":               {key.Sign(`{"alg":"RS256"}`, payload), "names no key"},
		"unknown kid":          {key.Sign(`{"alg":"RS256","kid":"other"}`, payload), "unknown key"},
		"kid a number":         {key.Sign(`{"alg":"RS256","kid":1}`, payload), "header"},
		"header no object":     {key.Sign(`"RS256"`, payload), "header"},
		"critical extension":   {key.Sign(`{"alg":"RS256","kid":"key-1","crit":["b64"],"b64":false}`, payload), "critical"},
		"key of its own":       {stranger.Sign(`{"alg":"RS256","kid":"key-1","jku":"https://evil","jwk":{}}`, payload), "signature"},
		"other key":            {stranger.Sign(header("RS256"), payload), "signature"},
		"other payload":        {parts[0] + "." + strings.Split(key.Sign("{}", "{}"), ".")[1] + "." + parts[2], "signature"},
		"payload no JSON":      {key.Sign(header("RS256"), "hello"), "JSON"},
		"payload a list":       {key.Sign(header("RS256"), "[]"), "JSON"},
		"claim twice":          {key.Sign(header("RS256"), twice), "duplicate"},
		"payload of two":       {key.Sign(header("RS256"), payload+payload), "JSON"},
		"claim twice, escaped": {key.Sign(header("RS256"), strings.Replace(payload, `"upn":`, `"\u0075pn":"x","upn":`, 1)), "duplicate"},
	} {
		t.Run(name, func(t *testing.T) { refused(t, newBench(t), c.token, c.reason) })
	}
}

func refused(t *testing.T, b *bench, token, reason string) {
	t.Helper()
	a := b.ask(t, token)
	if *a.Status.Authenticated || a.Status.User.Username != "" || len(a.Status.User.Groups) > 0 {
		t.Fatalf("let in: %+v", a.Status)
	}
	if !strings.Contains(a.Status.Error, reason) {
		t.Errorf("reason %q lacks %q", a.Status.Error, reason)
	}
}
