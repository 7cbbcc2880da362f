package login

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// documented are the numbers that Entra's error code reference has
// (MicrosoftDocs/entra-docs docs/identity-platform/reference-error-codes.md@04f65548).
const documented = "50011 50013 500133 500011 50014 50020 50027 50034 50048 50056 50057 50059 50076 50105 50126 50166 50173 50194 501481 53003 54005 " +
	"65001 65002 65004 650057 70000 70003 70008 70011 70016 70018 70043 700016 700023 700025 700027 700082 7000112 7000114 7000215 7000218 7000222 " +
	"90002 90009 90033 90055 90094 900144 900561 9001023"

// quoted are those that it does not have, and where people quote an answer.
var quoted = map[int]string{
	28000:   "AzureAD/microsoft-authentication-library-for-js#1487 (2020-04-09), Earlybyte/aad_oauth#328 (2024-07-17)",
	500131:  "OfficeDev/microsoft-teams-apps-company-communicator#214 (2020-09-29)",
	501051:  "MicrosoftDocs: an application without a role (Dapr, API Management)",
	70020:   "MSAL's own tests: an expired device code",
	70021:   "Azure/azure-docs#97699 (2022-08-29)",
	700021:  "MSAL.NET's own tests",
	700024:  "Azure/azure-workload-identity: a token out of date, 2023-05-30",
	700211:  "MicrosoftDocs: troubleshooting of workload identity",
	700212:  "MicrosoftDocs: troubleshooting of workload identity",
	700213:  "Azure/login#619 (2026-08-21)",
	7002138: "Azure/login#515 (2025-02-22)",
	700222:  "MicrosoftDocs: workload identity federation",
	7000229: "Microsoft Teams samples: an application without service principal",
	1002012: "microsoftgraph samples: client credentials (2023-06-30)",
}

// Every number that the sandbox gives is one that Entra ID gives.
func TestReasons(t *testing.T) {
	known := strings.Fields(documented)
	for code := range reasons {
		if quoted[code] == "" && !slices.Contains(known, fmt.Sprint(code)) {
			t.Errorf("AADSTS%d: not in the reference, and nobody quotes it", code)
		}
	}
}
