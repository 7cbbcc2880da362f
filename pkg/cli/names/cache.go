package names

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"os"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/cli/factory"
	"github.com/kubectl-aad/kubectl-aad/pkg/tokencache"
)

// How long a name is believed, and how long that there is none; how many are
// kept.
const (
	nameAge    = 7 * 24 * time.Hour
	unknownAge = time.Hour
	maxKept    = 200_000
	namesDir   = "names"
)

// known is a name and when it was learnt; "" is nobody's id.
type known struct {
	Name string `json:"n"`
	At   int64  `json:"t"` // seconds
}

func (k known) fresh(now time.Time) bool {
	age := now.Sub(time.Unix(k.At, 0))
	return age < nameAge && (k.Name != "" || age < unknownAge)
}

// cache is the names that are known on this machine, of one directory. It holds
// names only; what cannot be read or written is done without.
type cache struct {
	dir  tokencache.Dir
	file string
	ids  map[string]known
}

// newCache reads the cache of the cloud and tenant that the flags mean.
func newCache(f *factory.Factory) *cache {
	c := &cache{ids: map[string]known{}}
	cloud, err := f.Cloud()
	if err != nil {
		return c // the directory will say it
	}
	sum := sha256.Sum256([]byte(cloud.Graph + "\n" + f.Management.TenantID))
	c.file = hex.EncodeToString(sum[:12]) + ".json"
	if c.dir, err = tokencache.Locate(f.CacheDir, f.Getenv); err != nil {
		return c
	}
	data, err := os.ReadFile(c.dir.Path(namesDir, c.file))
	if err != nil || json.Unmarshal(data, &c.ids) != nil || c.ids == nil {
		c.ids = map[string]known{}
	}
	return c
}

// get returns the names of ids, old ones too, and the ids that should be asked
// for.
func (c *cache) get(ids []string, now time.Time) (names map[string]string, missing []string) {
	names = map[string]string{}
	for _, id := range ids {
		k, ok := c.ids[id]
		if ok && k.Name != "" {
			names[id] = k.Name
		}
		if !ok || !k.fresh(now) {
			missing = append(missing, id)
		}
	}
	return names, missing
}

// put keeps what was found, and that the others of those asked for are nobody's.
func (c *cache) put(found map[string]string, asked []string, now time.Time) {
	if len(found)+len(asked) == 0 || c.dir == tokencache.Nowhere {
		return
	}
	for _, id := range asked {
		c.ids[id] = known{At: now.Unix()}
	}
	for id, name := range found {
		c.ids[id] = known{name, now.Unix()}
	}
	for id, k := range c.ids {
		if len(c.ids) > maxKept || !k.fresh(now) && k.Name == "" {
			delete(c.ids, id)
		}
	}
	if data, err := json.Marshal(c.ids); err == nil {
		_ = c.dir.Replace(namesDir, c.file, data)
	}
}
