package pkg_test

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"sigs.k8s.io/yaml"
)

// manifest is krew's v1alpha2 Plugin, as far as its validator looks at it.
type manifest struct {
	APIVersion, Kind string
	Metadata         struct{ Name string }
	Spec             struct {
		Version, Homepage, ShortDescription, Description, Caveats string
		Platforms                                                 []struct {
			Selector    struct{ MatchLabels map[string]string }
			URI         string `json:"uri"`
			SHA256, Bin string
		}
	}
}

// TestKrewManifest holds krew/aad.yaml to the rules of krew's own validator
// (krew cmd/validate-krew-manifest) and of its naming guide.
func TestKrewManifest(t *testing.T) {
	data, err := os.ReadFile("../krew/aad.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var m manifest
	if err := yaml.UnmarshalStrict(data, &m); err != nil {
		t.Fatalf("unknown or doubled fields: %v", err)
	}
	if m.APIVersion != "krew.googlecontainertools.github.com/v1alpha2" || m.Kind != "Plugin" || m.Metadata.Name != "aad" {
		t.Errorf("%s %s %s is not the plugin aad", m.APIVersion, m.Kind, m.Metadata.Name)
	}
	if !regexp.MustCompile(`^v\d+\.\d+\.\d+$`).MatchString(m.Spec.Version) {
		t.Errorf("version %q is not semantic with a v", m.Spec.Version)
	}
	if s := m.Spec.ShortDescription; s == "" || strings.Contains(s, "\n") || !strings.Contains(s, "Entra") {
		t.Errorf("short description %q", s)
	}
	seen := map[string]bool{}
	for _, p := range m.Spec.Platforms {
		os, arch := p.Selector.MatchLabels["os"], p.Selector.MatchLabels["arch"]
		if len(p.Selector.MatchLabels) != 2 || os == "" || arch == "" || seen[os+"/"+arch] {
			t.Errorf("selector %v is incomplete or overlaps", p.Selector.MatchLabels)
		}
		seen[os+"/"+arch] = true
		archive, bin := ".tar.gz", "kubectl-aad"
		if os == "windows" {
			archive, bin = ".zip", "kubectl-aad.exe"
		}
		if !strings.HasPrefix(p.URI, "https://") || !strings.HasSuffix(p.URI, "_"+os+"_"+arch+archive) || !strings.Contains(p.URI, m.Spec.Version) {
			t.Errorf("%s/%s: address %s", os, arch, p.URI)
		}
		if p.Bin != bin || !regexp.MustCompile(`^[0-9a-f]{64}$`).MatchString(p.SHA256) {
			t.Errorf("%s/%s: bin %s, sha256 %s", os, arch, p.Bin, p.SHA256)
		}
	}
	if len(seen) < 6 {
		t.Errorf("only %d platforms", len(seen))
	}
}
