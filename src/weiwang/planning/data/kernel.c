/* The search of the planning engine: one community at a time, micro-grids first, then grids, then both together.
 *
 * Every decision depends on the numbers passed in and on the seed, never on time or on the number of processes:
 * effort is counted in steps of work.  Doubles only, no fused or re-associated arithmetic: the same bytes everywhere.
 */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define VIOLATION 1e7 /* price of one avoidable exception, in household metres */
#define EPS 1e-6
#define OPEN 0
#define WALL 1
#define ROAD 2
#define SAME 3 /* next piece of the same building */
#define FAR 4  /* no walking link: a pocket and its nearest neighbour */
#define CACHE_BITS 16

typedef struct {
  int32_t n, buildings, compounds, olds; /* old_micro and old_grid are below olds, -1 for newcomers */
  const int32_t *w, *building, *compound, *start, *to, *old_micro, *old_grid;
  const int32_t *first, *piece; /* per building: its first piece (buildings + 1 entries), the least that can be cut off it */
  const double *x, *y, *length;
  const uint8_t *kind;
  int32_t micro_lo, micro_hi, grid_lo, grid_hi;
  double micro_target, grid_target;
  double micro_road, micro_wall, micro_size, grid_distance, grid_road, grid_size, compound_split, micro_keep, grid_keep;
  double micro_work, grid_work, joint_work;
  int32_t from_old, reserved; /* 0 afresh, 1 start from the old plan, 2 and touch only what is broken */
  uint64_t seed;
} Problem;

typedef struct Search Search;
struct Search {
  const Problem *p;
  int level, n, m, lo, hi; /* nodes and groups - 0: pieces in micro-grids, 1: micro-grids in grids, 2: pieces in grids */
  const int32_t *fence;    /* nodes of different fences never share a group (0: no fences) */
  double work;
  uint64_t rng;
  /* nodes and their neighbours */
  int32_t *w, *start, *to, *tail, *old;
  uint8_t *kind, *stuck, *frozen;
  double *key, *walk, *cross, *cut, *x, *y; /* per neighbour: order in trees, metres, price of crossing, price of parting */
  /* groups: rings of members */
  int32_t *lab, *next, *prev, *head, *count, *spare, *queue;
  int spares, queued;
  double *cost, total;
  uint8_t *dirty;
  /* costs met before, by a hash of the members */
  uint64_t *zobrist, *cache_hash;
  double *cache_cost;
  /* undo */
  int logging, changes;
  int64_t logged, log_cap, *log_end;
  int end_cap;
  int32_t *log_node, *log_lab;
  /* scratch for one set of nodes */
  int32_t *loc, *stamp, now, *mem, *members, *part, *best_part, *order, *parent, *uf, *wa, *wb, *ra, *rb, seen_now, *near, *g_seen, *g_part;
  int32_t *old_seen, *old_sum, *b_seen, *b_min, *b_max, *b_count;
  uint8_t *many;
  double *xs, *ys, *ws, *acc;
  /* the tree and its tables */
  double *tree_walk, *tree_cross, *tree_cut, *close_price, *stuck_price, *tmp_price, *table_price;
  int32_t *heap_node, *heap_from, *tmp_child, *table_q, *table_child, *best_q, *now_q;
  int64_t *table_at, *merge_at, arena, arena_cap;
  int32_t *table_n, *merge_n;
  double *heap_key;
  int heap_n;
  /* level 1: what the micro-grids hold */
  int32_t subs, *sub_of, *sub_start, *sub_adj, *sub_to, *atom_start, *atoms, *comp_start, *comps, *comp_seen;
  uint8_t *sub_kind, *sub_stuck;
  uint64_t *block_key;
  int64_t *block_at, blocks_n, blocks_cap, block_slots, blocks_used;
  double *blocks;
};

static void *grab(size_t n, size_t size) {
  void *q = calloc(n ? n : 1, size);
  if (!q) abort();
  return q;
}
#define NEW(T, n) ((T *)grab((size_t)(n), sizeof(T)))

static uint64_t mix(uint64_t z) {
  z += 0x9E3779B97F4A7C15ULL;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
  return z ^ (z >> 31);
}
static uint64_t draw(Search *s) {
  s->rng += 0x9E3779B97F4A7C15ULL;
  return mix(s->rng);
}
static double unit(Search *s) { return (double)(draw(s) >> 11) * (1.0 / 9007199254740992.0); }
static int below(Search *s, int n) { return (int)(unit(s) * n); }

static int find(int32_t *uf, int a) {
  while (uf[a] != a) {
    uf[a] = uf[uf[a]];
    a = uf[a];
  }
  return a;
}
static int join(int32_t *uf, int a, int b) {
  a = find(uf, a);
  b = find(uf, b);
  if (a == b) return 0;
  if (a < b) uf[b] = a;
  else uf[a] = b;
  return 1;
}

/* ---------------------------------------------------------------- true cost of one group */

static double size_price(const Search *s, int q) {
  const Problem *p = s->p;
  double t = s->level ? p->grid_target : p->micro_target;
  double z = (q - t) / (t - s->lo > 0 ? t - s->lo : 1.0);
  return (s->level ? p->grid_size : p->micro_size) * z * z;
}
static double range_price(const Search *s, int q) {
  if (q < s->lo) return VIOLATION * (1.0 + (double)(s->lo - q) / s->lo);
  if (q > s->hi) return VIOLATION * (1.0 + (double)(q - s->hi) / s->hi);
  return 0.0;
}

/* exceptions not forced by the map: `parts` by all links, `held` of them hold a building that no permitted group can hold */
static double exception_price(const Search *s, int q, int parts, int held) {
  double price = 0.0;
  int extra = parts - 1 - (held < parts - 1 ? held : parts - 1);
  if (extra > 0) price += VIOLATION * extra;
  if (!(q < s->lo && held == parts)) price += range_price(s, q);
  return price;
}

static double moved_price(Search *s, const int32_t *mem, int k, double each) {
  int total = 0, most = 0;
  if (each <= 0.0) return 0.0;
  s->seen_now++;
  for (int i = 0; i < k; i++) {
    int o = s->old[mem[i]], w = s->w[mem[i]];
    if (o < 0) continue;
    if (s->old_seen[o] != s->seen_now) s->old_seen[o] = s->seen_now, s->old_sum[o] = 0;
    s->old_sum[o] += w;
    total += w;
    if (s->old_sum[o] > most) most = s->old_sum[o];
  }
  return each * (total - most);
}

/* pieces of one building in one micro-grid must follow one another */
static int scattered(Search *s, const int32_t *mem, int k) {
  int bad = 0, any = 0;
  for (int i = 0; i < k; i++) any += s->many[mem[i]];
  if (any < 2) return 0;
  s->seen_now++;
  for (int i = 0; i < k; i++) {
    int v = mem[i], b = s->p->building[v];
    if (!s->many[v]) continue;
    if (s->b_seen[b] != s->seen_now) s->b_seen[b] = s->seen_now, s->b_min[b] = s->b_max[b] = v, s->b_count[b] = 0;
    s->b_count[b]++;
    if (v < s->b_min[b]) s->b_min[b] = v;
    if (v > s->b_max[b]) s->b_max[b] = v;
  }
  for (int i = 0; i < k; i++) {
    int b = s->p->building[mem[i]];
    if (s->many[mem[i]] && s->b_max[b] - s->b_min[b] + 1 != s->b_count[b]) bad++;
  }
  return bad;
}

/* household metres to the best-placed member */
static double medoid(Search *s, const int32_t *mem, int k) {
  double best = INFINITY, *restrict acc = s->acc, *restrict xs = s->xs, *restrict ys = s->ys;
  if (k == 1) return 0.0;
  for (int i = 0; i < k; i++) xs[i] = s->x[mem[i]], ys[i] = s->y[mem[i]], s->ws[i] = s->w[mem[i]], acc[i] = 0.0;
  for (int j = 0; j < k; j++) {
    double wj = s->ws[j], xj = xs[j], yj = ys[j];
    if (wj == 0.0) continue;
    for (int i = 0; i < k; i++) {
      double dx = xs[i] - xj, dy = ys[i] - yj;
      acc[i] += wj * sqrt(dx * dx + dy * dy);
    }
    s->work += k;
  }
  for (int i = 0; i < k; i++)
    if (acc[i] < best) best = acc[i];
  return best;
}

/* parts of the set that hold a stuck node; `uf` holds the parts */
static int held_parts(Search *s, const uint8_t *stuck, const int32_t *nodes, int k) {
  int held = 0;
  for (int i = 0; i < k; i++) s->order[i] = 0;
  for (int i = 0; i < k; i++)
    if (stuck[nodes[i]]) {
      int r = find(s->uf, i);
      held += !s->order[r];
      s->order[r] = 1;
    }
  return held;
}

typedef struct {
  int open, near, parts; /* parts by open links, by all but main roads, by all */
} Parts;

/* how a set of nodes hangs together; leaves the parts by all links in `uf` */
static Parts hang(Search *s, const int32_t *nodes, int k, const int32_t *start, const int32_t *to, const uint8_t *kind) {
  Parts r;
  int walls = 0, roads = 0, parts = k;
  s->now++;
  for (int i = 0; i < k; i++) s->stamp[nodes[i]] = s->now, s->loc[nodes[i]] = i, s->uf[i] = i;
  for (int i = 0; i < k; i++)
    for (int e = start[nodes[i]]; e < start[nodes[i] + 1]; e++) {
      int u = to[e];
      if (s->stamp[u] != s->now || s->loc[u] >= i || kind[e] == FAR) continue;
      if (kind[e] == WALL) s->wa[walls] = i, s->wb[walls++] = s->loc[u];
      else if (kind[e] == ROAD) s->ra[roads] = i, s->rb[roads++] = s->loc[u];
      else parts -= join(s->uf, i, s->loc[u]);
    }
  s->work += 8 * k;
  r.open = parts;
  for (int i = 0; i < walls && parts > 1; i++) parts -= join(s->uf, s->wa[i], s->wb[i]);
  r.near = parts;
  for (int i = 0; i < roads && parts > 1; i++) parts -= join(s->uf, s->ra[i], s->rb[i]);
  r.parts = parts;
  return r;
}

static double micro_cost(Search *s, const int32_t *mem, int k) {
  const Problem *p = s->p;
  int q = 0, held = 0;
  Parts r = hang(s, mem, k, s->start, s->to, s->kind);
  for (int i = 0; i < k; i++) q += s->w[mem[i]];
  if (r.parts > 1 || q < s->lo) held = held_parts(s, s->stuck, mem, k);
  return size_price(s, q) + medoid(s, mem, k) + p->micro_wall * (r.open - r.near) + p->micro_road * (r.near - r.parts) +
         exception_price(s, q, r.parts, held) + VIOLATION * scattered(s, mem, k) + moved_price(s, mem, k, p->micro_keep);
}

/* household metres from every building of micro-grid a to all of micro-grid b; kept, because grids ask again and again */
static int64_t block(Search *s, int a, int b) {
  uint64_t key = (uint64_t)a * (uint64_t)s->n + (uint64_t)b + 1;
  int64_t slot = (int64_t)(mix(key) & (uint64_t)(s->block_slots - 1)), na = s->atom_start[a + 1] - s->atom_start[a];
  while (s->block_key[slot] && s->block_key[slot] != key) slot = (slot + 1) & (s->block_slots - 1);
  if (s->block_key[slot]) return s->block_at[slot];
  for (int i = 0; i < na; i++) {
    int v = s->atoms[s->atom_start[a] + i];
    double sum = 0.0;
    for (int j = s->atom_start[b]; j < s->atom_start[b + 1]; j++) {
      int u = s->atoms[j];
      double dx = s->p->x[v] - s->p->x[u], dy = s->p->y[v] - s->p->y[u];
      if (s->p->w[u]) sum += s->p->w[u] * sqrt(dx * dx + dy * dy);
    }
    s->blocks[s->blocks_n + i] = sum;
  }
  s->work += (double)na * (s->atom_start[b + 1] - s->atom_start[b]) * 2;
  s->block_key[slot] = key;
  s->block_at[slot] = s->blocks_n;
  s->blocks_n += na;
  s->blocks_used++;
  return s->block_at[slot];
}

/* start the store of blocks again when it is nearly full; never while offsets are in use */
static void tidy_blocks(Search *s, const int32_t *mem, int k) {
  int64_t need = 0;
  for (int i = 0; i < k; i++) need += s->atom_start[mem[i] + 1] - s->atom_start[mem[i]];
  need *= k;
  if (s->blocks_n + need > s->blocks_cap || s->blocks_used + (int64_t)k * k > s->block_slots / 2) {
    memset(s->block_key, 0, sizeof(uint64_t) * (size_t)s->block_slots);
    s->blocks_n = s->blocks_used = 0;
  }
  if (need > s->blocks_cap) {
    s->blocks_cap = need;
    free(s->blocks);
    s->blocks = NEW(double, need);
  }
  while ((int64_t)k * k * 2 > s->block_slots) {
    s->block_slots *= 2;
    free(s->block_key), free(s->block_at);
    s->block_key = NEW(uint64_t, s->block_slots), s->block_at = NEW(int64_t, s->block_slots);
    s->blocks_n = s->blocks_used = 0;
  }
}

static double grid_medoid(Search *s, const int32_t *mem, int k) {
  double best = INFINITY;
  tidy_blocks(s, mem, k);
  for (int i = 0; i < k; i++) {
    int na = s->atom_start[mem[i] + 1] - s->atom_start[mem[i]];
    for (int a = 0; a < na; a++) s->acc[a] = 0.0;
    for (int j = 0; j < k; j++) {
      const double *from = s->blocks + block(s, mem[i], mem[j]);
      for (int a = 0; a < na; a++) s->acc[a] += from[a];
    }
    for (int a = 0; a < na; a++)
      if (s->acc[a] < best) best = s->acc[a];
    s->work += (double)k * (na + 6);
  }
  return best;
}

static double grid_cost(Search *s, const int32_t *mem, int k) {
  const Problem *p = s->p;
  int q = 0, held = 0, compounds = 0, subs = 0;
  Parts r;
  s->seen_now++;
  for (int i = 0; i < k; i++) {
    q += s->w[mem[i]];
    for (int c = s->comp_start[mem[i]]; c < s->comp_start[mem[i] + 1]; c++) {
      compounds += s->comp_seen[s->comps[c]] != s->seen_now;
      s->comp_seen[s->comps[c]] = s->seen_now;
    }
    for (int v = s->sub_start[mem[i]]; v < s->sub_start[mem[i] + 1]; v++) s->near[subs++] = v;
  }
  r = hang(s, s->near, subs, s->sub_adj, s->sub_to, s->sub_kind);
  if (r.parts > 1 || q < s->lo) held = held_parts(s, s->sub_stuck, s->near, subs);
  return size_price(s, q) + p->grid_distance * grid_medoid(s, mem, k) + p->grid_road * (r.near - r.parts) + p->compound_split * compounds +
         exception_price(s, q, r.parts, held) + moved_price(s, mem, k, p->grid_keep);
}

/* the same figure as grid_cost, over the pieces themselves */
static double grid_cost_of_pieces(Search *s, const int32_t *mem, int k) {
  const Problem *p = s->p;
  int q = 0, held = 0, compounds = 0;
  Parts r = hang(s, mem, k, s->start, s->to, s->kind);
  s->seen_now++;
  for (int i = 0; i < k; i++) {
    int c = p->compound[mem[i]];
    q += s->w[mem[i]];
    if (c < 0 || !s->w[mem[i]] || s->comp_seen[c] == s->seen_now) continue;
    s->comp_seen[c] = s->seen_now;
    compounds++;
  }
  if (r.parts > 1 || q < s->lo) held = held_parts(s, s->stuck, mem, k);
  return size_price(s, q) + p->grid_distance * medoid(s, mem, k) + p->grid_road * (r.near - r.parts) + p->compound_split * compounds +
         exception_price(s, q, r.parts, held) + moved_price(s, mem, k, p->grid_keep);
}

static double group_cost(Search *s, const int32_t *mem, int k) {
  uint64_t h = 0;
  size_t slot;
  for (int i = 0; i < k; i++) h ^= s->zobrist[mem[i]];
  slot = (size_t)(h >> (64 - CACHE_BITS));
  s->work += 4 + k;
  if (s->cache_hash[slot] == h && h) return s->cache_cost[slot];
  s->cache_hash[slot] = h;
  s->cache_cost[slot] = s->level == 0 ? micro_cost(s, mem, k) : s->level == 1 ? grid_cost(s, mem, k) : grid_cost_of_pieces(s, mem, k);
  return s->cache_cost[slot];
}

/* ---------------------------------------------------------------- exact cut of a tree */

static void heap_push(Search *s, double key, int node, int from) {
  int i = s->heap_n++;
  while (i > 0 && s->heap_key[(i - 1) / 2] > key) {
    int up = (i - 1) / 2;
    s->heap_key[i] = s->heap_key[up], s->heap_node[i] = s->heap_node[up], s->heap_from[i] = s->heap_from[up];
    i = up;
  }
  s->heap_key[i] = key, s->heap_node[i] = node, s->heap_from[i] = from;
}

static void heap_pop(Search *s) {
  int i = 0, n = --s->heap_n, node = s->heap_node[n], from = s->heap_from[n];
  double key = s->heap_key[n];
  for (;;) {
    int c = 2 * i + 1;
    if (c >= n) break;
    if (c + 1 < n && s->heap_key[c + 1] < s->heap_key[c]) c++;
    if (s->heap_key[c] >= key) break;
    s->heap_key[i] = s->heap_key[c], s->heap_node[i] = s->heap_node[c], s->heap_from[i] = s->heap_from[c];
    i = c;
  }
  s->heap_key[i] = key, s->heap_node[i] = node, s->heap_from[i] = from;
}

/* spanning forest of mem (their stamp is `now`, loc their place): `order` parents first, `parent` as places in order, -1 for roots */
static void span(Search *s, const int32_t *mem, int k, double noise) {
  int done = 0, first = noise > 0.0 ? below(s, k) : 0;
  for (int i = 0; i < k; i++) s->uf[i] = -1; /* place in order */
  for (int r = 0; r < k; r++) {
    int root = (r + first) % k;
    if (s->uf[root] >= 0) continue;
    s->heap_n = 0;
    s->heap_key[0] = 0.0, s->heap_node[0] = root, s->heap_from[0] = -1, s->heap_n = 1;
    while (s->heap_n) {
      int i = s->heap_node[0], from = s->heap_from[0], v = mem[i];
      heap_pop(s);
      if (s->uf[i] >= 0) continue;
      s->uf[i] = done;
      s->order[done] = i;
      s->parent[done] = from < 0 ? -1 : s->uf[s->loc[s->tail[from]]];
      s->tree_walk[done] = from < 0 ? 0.0 : s->walk[from];
      s->tree_cross[done] = from < 0 ? 0.0 : s->cross[from];
      s->tree_cut[done] = from < 0 ? 0.0 : s->cut[from];
      done++;
      if (s->frozen[v]) continue;
      for (int e = s->start[v]; e < s->start[v + 1]; e++) {
        int u = s->to[e];
        if (s->stamp[u] != s->now || s->uf[s->loc[u]] >= 0 || s->frozen[u]) continue;
        heap_push(s, s->key[e] * (noise > 0.0 ? 1.0 + noise * unit(s) : 1.0), s->loc[u], e);
      }
      s->work += 12;
    }
  }
}

static void room(Search *s, int64_t more) {
  if (s->arena + more <= s->arena_cap) return;
  while (s->arena + more > s->arena_cap) s->arena_cap *= 2;
  s->table_q = realloc(s->table_q, sizeof(int32_t) * (size_t)s->arena_cap);
  s->table_child = realloc(s->table_child, sizeof(int32_t) * (size_t)s->arena_cap);
  s->table_price = realloc(s->table_price, sizeof(double) * (size_t)s->arena_cap);
  if (!s->table_q || !s->table_child || !s->table_price) abort();
}

/* the part open at d is closed: its cheapest size */
static double close_part(Search *s, int d, int stuck) {
  const double *price = stuck ? s->stuck_price : s->close_price;
  double best = INFINITY;
  for (int64_t i = s->table_at[d]; i < s->table_at[d] + s->table_n[d]; i++) {
    double c = s->table_price[i] + price[s->table_q[i]];
    if (c < best) best = c, s->best_q[d] = s->table_q[i];
  }
  return best;
}

/* merge the finished table of d into its parent's: d's open part is closed, or joined over the link */
static void merge(Search *s, int d, int cap, double pace, int stuck) {
  int up = s->parent[d], high = 0, low = cap;
  double closed = close_part(s, d, stuck) + s->tree_cut[d], walk = s->tree_walk[d] * pace, cross = s->tree_cross[d];
  const int32_t *uq = s->table_q + s->table_at[up], *dq = s->table_q + s->table_at[d];
  const double *uv = s->table_price + s->table_at[up], *dv = s->table_price + s->table_at[d];
  int un = s->table_n[up], dn = s->table_n[d], n = 0;
  for (int i = 0; i < un; i++) {
    int q = uq[i];
    if (uv[i] + closed < s->tmp_price[q]) s->tmp_price[q] = uv[i] + closed, s->tmp_child[q] = -1;
    if (q > high) high = q;
    if (q < low) low = q;
    for (int j = 0; j < dn && q + dq[j] <= cap; j++) {
      int t = q + dq[j];
      double c = uv[i] + dv[j] + dq[j] * walk + cross;
      if (c < s->tmp_price[t]) s->tmp_price[t] = c, s->tmp_child[t] = dq[j];
      if (t > high) high = t;
    }
  }
  s->work += (double)un * (dn + 2) + (high - low) * 0.5 + 10;
  room(s, high - low + 1);
  s->table_at[up] = s->merge_at[d] = s->arena;
  for (int q = low; q <= high; q++)
    if (s->tmp_price[q] < INFINITY) {
      s->table_q[s->arena + n] = q;
      s->table_child[s->arena + n] = s->tmp_child[q];
      s->table_price[s->arena + n++] = s->tmp_price[q];
      s->tmp_price[q] = INFINITY;
    }
  s->arena += n;
  s->table_n[up] = s->merge_n[d] = n;
}

static int chosen(const Search *s, int d, int q) {
  const int32_t *a = s->table_q + s->merge_at[d];
  int lo = 0, hi = s->merge_n[d] - 1;
  while (lo < hi) {
    int mid = (lo + hi) / 2;
    if (a[mid] < q) lo = mid + 1;
    else hi = mid;
  }
  return s->table_child[s->merge_at[d] + lo];
}

/* cut the spanning forest of mem into parts of permitted size at the least price on the tree; fills `part`, returns how many */
static int tree_cut(Search *s, const int32_t *mem, int k, int cap, double pace) {
  int parts = 0;
  s->arena = 0;
  room(s, k);
  for (int d = 0; d < k; d++) {
    int q = s->w[mem[s->order[d]]];
    s->table_q[d] = q < cap ? q : cap;
    s->table_price[d] = 0.0;
    s->table_at[d] = d;
    s->table_n[d] = 1;
  }
  s->arena = k;
  for (int d = k - 1; d >= 0; d--) {
    int stuck = s->stuck[mem[s->order[d]]];
    if (s->parent[d] < 0) close_part(s, d, stuck);
    else merge(s, d, cap, pace, stuck);
  }
  for (int d = 0; d < k; d++) {
    int up = s->parent[d], r = up < 0 ? -1 : chosen(s, d, s->now_q[up]);
    if (r < 0) {
      s->now_q[d] = s->best_q[d];
      s->part[s->order[d]] = parts++;
    } else {
      s->now_q[d] = r;
      s->now_q[up] -= r;
      s->part[s->order[d]] = s->part[s->order[up]];
    }
  }
  return parts;
}

/* the largest group worth drawing: above the permitted size only where no number of groups fits the total */
static int cap_for(const Search *s, int64_t total) {
  int64_t k = total / s->lo;
  if (k < 1 || k * s->hi >= total) return s->hi;
  return (int)((total + k - 1) / k);
}

/* ---------------------------------------------------------------- groups */

static int take(Search *s, int g, int32_t *out) {
  int v = s->head[g], n = 0;
  do out[n++] = v, v = s->next[v];
  while (v != s->head[g]);
  return n;
}

static void mark_dirty(Search *s, int g) {
  if (s->dirty[g]) return;
  s->dirty[g] = 1;
  s->queue[s->queued++] = g;
}

/* mem is the union of whole groups; part says the new ones */
static void regroup(Search *s, const int32_t *mem, int k, const int32_t *part, int parts) {
  if (s->logging) {
    if (s->logged + k > s->log_cap) {
      s->log_cap = 2 * (s->logged + k);
      s->log_node = realloc(s->log_node, sizeof(int32_t) * (size_t)s->log_cap);
      s->log_lab = realloc(s->log_lab, sizeof(int32_t) * (size_t)s->log_cap);
      if (!s->log_node || !s->log_lab) abort();
    }
    for (int i = 0; i < k; i++) s->log_node[s->logged] = mem[i], s->log_lab[s->logged++] = s->lab[mem[i]];
    if (s->changes == s->end_cap) s->log_end = realloc(s->log_end, sizeof(int64_t) * (size_t)(s->end_cap *= 2));
    if (!s->log_end) abort();
    s->log_end[s->changes++] = s->logged;
  }
  for (int i = 0; i < k; i++) {
    int g = s->lab[mem[i]];
    if (s->head[g] < 0) continue;
    s->total -= s->cost[g];
    s->head[g] = -1;
    s->count[g] = 0;
    s->spare[s->spares++] = g;
  }
  for (int r = 0; r < parts; r++) {
    int g = s->spare[--s->spares], last = -1, n = 0;
    for (int i = 0; i < k; i++) {
      int v = mem[i];
      if (part[i] != r) continue;
      s->lab[v] = g;
      s->members[n++] = v;
      if (last < 0) s->head[g] = v;
      else s->next[last] = v, s->prev[v] = last;
      last = v;
    }
    s->next[last] = s->head[g];
    s->prev[s->head[g]] = last;
    s->count[g] = n;
    s->cost[g] = group_cost(s, s->members, n);
    s->total += s->cost[g];
    mark_dirty(s, g);
  }
  s->work += 4 * k;
}

static void start_log(Search *s) { s->logging = 1, s->logged = 0, s->changes = 0; }

static void roll_back(Search *s) {
  s->logging = 0;
  while (s->changes--) {
    int64_t from = s->changes ? s->log_end[s->changes - 1] : 0;
    int k = (int)(s->logged - from), parts = 0;
    s->seen_now++;
    for (int i = 0; i < k; i++) { /* number the old groups 0, 1, ... */
      int g = s->log_lab[from + i];
      if (s->g_seen[g] != s->seen_now) s->g_seen[g] = s->seen_now, s->g_part[g] = parts++;
      s->part[i] = s->g_part[g];
    }
    regroup(s, s->log_node + from, k, s->part, parts);
    s->logged = from;
  }
  while (s->queued) s->dirty[s->queue[--s->queued]] = 0;
}

/* the cost of a proposed parting of mem, given up once it reaches `limit` */
static double price_parts(Search *s, const int32_t *mem, int k, const int32_t *part, int parts, double limit) {
  double sum = 0.0;
  for (int r = 0; r < parts && sum < limit; r++) {
    int n = 0;
    for (int i = 0; i < k; i++)
      if (part[i] == r) s->members[n++] = mem[i];
    sum += group_cost(s, s->members, n);
  }
  s->work += (double)k * parts * 0.5;
  return sum;
}

static void stamp_set(Search *s, const int32_t *mem, int k) {
  s->now++;
  for (int i = 0; i < k; i++) s->stamp[mem[i]] = s->now, s->loc[mem[i]] = i;
}

static int collect(Search *s, const int32_t *groups, int n, int32_t *out, int64_t *total) {
  int k = 0;
  for (int i = 0; i < n; i++) k += take(s, groups[i], out + k);
  *total = 0;
  for (int i = 0; i < k; i++) *total += s->w[out[i]];
  return k;
}

/* draw the groups again over random trees; keep the best if it is better */
static int recut(Search *s, const int32_t *groups, int n, int tries) {
  int64_t total;
  int k = collect(s, groups, n, s->mem, &total), best_parts = 0;
  double old = 0.0, best;
  for (int i = 0; i < n; i++) old += s->cost[groups[i]];
  best = old - EPS;
  for (int t = 0; t < tries; t++) {
    int parts;
    double c, pace = 0.3 + 0.7 * unit(s);
    stamp_set(s, s->mem, k);
    span(s, s->mem, k, 3.0);
    parts = tree_cut(s, s->mem, k, cap_for(s, total), pace * (s->level ? s->p->grid_distance : 1.0));
    c = price_parts(s, s->mem, k, s->part, parts, best);
    if (c >= best) continue;
    best = c;
    best_parts = parts;
    memcpy(s->best_part, s->part, sizeof(int32_t) * (size_t)k);
  }
  if (best_parts) regroup(s, s->mem, k, s->best_part, best_parts);
  return best_parts > 0;
}

/* groups that touch g, in the order of the links */
static int neighbours(Search *s, int g, int32_t *out) {
  int n = 0, v = s->head[g];
  s->seen_now++;
  s->g_seen[g] = s->seen_now;
  do {
    for (int e = s->start[v]; e < s->start[v + 1]; e++) {
      int h = s->lab[s->to[e]];
      if (s->frozen[s->to[e]] || s->g_seen[h] == s->seen_now || (s->fence && s->fence[v] != s->fence[s->to[e]])) continue;
      s->g_seen[h] = s->seen_now;
      out[n++] = h;
    }
    s->work += 4;
    v = s->next[v];
  } while (v != s->head[g]);
  return n;
}

/* give one member of g to a group it touches */
static int move_one(Search *s, int g) {
  int k = take(s, g, s->mem);
  for (int i = 0; i < k; i++) {
    int v = s->mem[i];
    double without = -1.0;
    for (int e = s->start[v]; e < s->start[v + 1]; e++) {
      int h = s->lab[s->to[e]], n = 0;
      double gain;
      if (h == g || s->frozen[s->to[e]] || (s->fence && s->fence[v] != s->fence[s->to[e]])) continue;
      if (without < 0.0) {
        for (int j = 0; j < k; j++)
          if (j != i) s->members[n++] = s->mem[j];
        without = n ? group_cost(s, s->members, n) : 0.0;
      }
      gain = s->cost[g] + s->cost[h] - without;
      if (gain <= EPS) continue;
      n = take(s, h, s->members);
      s->members[n] = v;
      if (group_cost(s, s->members, n + 1) >= gain - EPS) continue;
      n = k + take(s, h, s->mem + k);
      for (int j = 0; j < n; j++) s->part[j] = j >= k || j == i ? 0 : 1;
      regroup(s, s->mem, n, s->part, k > 1 ? 2 : 1);
      return 1;
    }
  }
  return 0;
}

static void improve(Search *s, int tries, double budget) {
  int32_t *out = NEW(int32_t, s->n + 1), trio[3];
  while (s->queued && s->work < budget) {
    int i = below(s, s->queued), g = s->queue[i], n, changed = 0;
    s->queue[i] = s->queue[--s->queued];
    s->dirty[g] = 0;
    if (s->head[g] < 0 || s->frozen[s->head[g]]) continue;
    if (move_one(s, g)) continue;
    n = neighbours(s, g, out);
    if (!n) changed = recut(s, &g, 1, tries);
    for (i = 0; i < n && !changed; i++) {
      trio[0] = g, trio[1] = out[i];
      trio[2] = n > 1 && unit(s) < 0.35 ? out[(i + 1 + below(s, n - 1)) % n] : -1;
      changed = recut(s, trio, trio[2] < 0 ? 2 : 3, tries);
    }
  }
  free(out);
}

/* redraw a few neighbouring groups at random, improve around them, keep what is better */
static void kick(Search *s, int32_t *out, double slack, int tries) {
  int32_t groups[4];
  int g = s->lab[below(s, s->n)], n, many = 1, want = 2 + below(s, 3), k, parts;
  int64_t total;
  double before = s->total;
  if (s->frozen[s->head[g]]) return;
  groups[0] = g;
  while (many < want) {
    int h, i;
    n = neighbours(s, groups[below(s, many)], out);
    if (!n) break;
    h = out[below(s, n)];
    for (i = 0; i < many && groups[i] != h; i++) continue;
    if (i == many) groups[many++] = h;
    else if (below(s, 3) == 0) break;
  }
  start_log(s);
  k = collect(s, groups, many, s->mem, &total);
  stamp_set(s, s->mem, k);
  span(s, s->mem, k, 8.0);
  parts = tree_cut(s, s->mem, k, cap_for(s, total), (0.1 + 1.5 * unit(s)) * (s->level ? s->p->grid_distance : 1.0));
  regroup(s, s->mem, k, s->part, parts);
  improve(s, tries, INFINITY);
  if (s->total > before + slack * unit(s)) roll_back(s);
  s->logging = 0;
}

/* ---------------------------------------------------------------- pockets: what the map itself forces */

/* true when all that building b can reach along chains of at most hi households holds fewer than lo */
static int is_stuck(const Problem *p, int b, int lo, int hi, int32_t *best, int32_t *touched, int32_t *weight) {
  int n = 0, sum = 0, found = 1;
  if (weight[b] >= lo) return 0;
  best[b] = weight[b];
  touched[n++] = b;
  while (sum < lo && found) { /* few buildings are looked at, so a plain scan for the nearest will do */
    int at = -1;
    for (int i = 0; i < n; i++)
      if (best[touched[i]] >= 0 && (at < 0 || best[touched[i]] < best[at])) at = touched[i];
    found = at >= 0;
    if (!found) break;
    sum += weight[at];
    for (int e = p->start[p->first[at]]; e < p->start[p->first[at] + 1] && sum < lo; e++) {
      int u = p->building[p->to[e]], far = best[at] + p->piece[u];
      if (u == at || far > hi || best[u] == -2 || (best[u] >= 0 && best[u] <= far)) continue;
      if (best[u] == -1) touched[n++] = u;
      best[u] = far;
    }
    best[at] = -2;
  }
  for (int i = 0; i < n; i++) best[touched[i]] = -1;
  return sum < lo;
}

/* parts of the community by all walking links: fills part[] with a root per piece, sums[] with households per root */
static void map_parts(const Problem *p, int32_t *part, int32_t *sums) {
  for (int v = 0; v < p->n; v++) part[v] = v, sums[v] = 0;
  for (int v = 0; v < p->n; v++)
    for (int e = p->start[v]; e < p->start[v + 1]; e++) join(part, v, p->to[e]);
  for (int b = 0; b < p->buildings; b++)
    for (int v = p->first[b] + 1; v < p->first[b + 1]; v++) join(part, v - 1, v);
  for (int v = 0; v < p->n; v++) part[v] = find(part, v), sums[part[v]] += p->w[v];
}

typedef struct {
  double x;
  int32_t v;
} Spot;
static int by_x(const void *a, const void *b) {
  const Spot *s = a, *t = b;
  if (s->x != t->x) return s->x < t->x ? -1 : 1;
  return s->v - t->v;
}

#define REACH 4      /* far links of one piece of a pocket */
#define LOOKOUTS 16  /* pieces of a pocket that look for neighbours */
#define SWEEP 20000

/* nearest pieces outside each pocket; returns how many pairs were written to a, b (room for n * REACH) */
static int far_links(const Problem *p, const int32_t *part, const int32_t *sums, int lo, int32_t *a, int32_t *b) {
  Spot *spots = NEW(Spot, p->n);
  int32_t *used = NEW(int32_t, p->n);
  int found = 0;
  for (int v = 0; v < p->n; v++) spots[v].x = p->x[v], spots[v].v = v;
  qsort(spots, (size_t)p->n, sizeof(Spot), by_x);
  for (int i = 0; i < p->n; i++) {
    int v = spots[i].v, near[REACH], k = 0;
    double far[REACH];
    if (sums[part[v]] >= lo || used[part[v]] >= LOOKOUTS) continue;
    used[part[v]]++;
    for (int way = -1; way <= 1; way += 2)
      for (int j = i + way, steps = 0; j >= 0 && j < p->n && steps < SWEEP; j += way, steps++) {
        int u = spots[j].v, at;
        double dx = p->x[u] - p->x[v], dy = p->y[u] - p->y[v], d = dx * dx + dy * dy;
        if (k == REACH && dx * dx > far[k - 1]) break;
        if (part[u] == part[v] || (k == REACH && d >= far[k - 1])) continue;
        at = k < REACH ? k++ : k - 1;
        while (at > 0 && far[at - 1] > d) far[at] = far[at - 1], near[at] = near[at - 1], at--;
        far[at] = d, near[at] = u;
      }
    for (int j = 0; j < k; j++) a[found] = v, b[found++] = near[j];
  }
  free(spots);
  free(used);
  return found;
}

/* ---------------------------------------------------------------- the two levels */

typedef struct {
  int32_t a, b, kind;
  double key, walk, cross, cut;
} Link;

static int by_ends(const void *a, const void *b) {
  const Link *s = a, *t = b;
  if (s->a != t->a) return s->a - t->a;
  if (s->b != t->b) return s->b - t->b;
  if (s->key != t->key) return s->key < t->key ? -1 : 1;
  return s->kind - t->kind;
}

/* links in both directions -> neighbour lists, the easiest link of each pair kept (with: every kind kept, for level 0) */
static void set_links(Search *s, Link *links, int count) {
  int n = 0;
  qsort(links, (size_t)count, sizeof(Link), by_ends);
  for (int i = 0; i < count; i++)
    if (!n || links[i].a != links[n - 1].a || links[i].b != links[n - 1].b) links[n++] = links[i];
  s->m = n;
  s->start = NEW(int32_t, s->n + 1), s->to = NEW(int32_t, n), s->tail = NEW(int32_t, n), s->kind = NEW(uint8_t, n);
  s->key = NEW(double, n), s->walk = NEW(double, n), s->cross = NEW(double, n), s->cut = NEW(double, n);
  for (int i = 0; i < n; i++) {
    s->start[links[i].a + 1]++;
    s->tail[i] = links[i].a, s->to[i] = links[i].b, s->kind[i] = (uint8_t)links[i].kind;
    s->key[i] = links[i].key, s->walk[i] = links[i].walk, s->cross[i] = links[i].cross, s->cut[i] = links[i].cut;
  }
  for (int v = 0; v < s->n; v++) s->start[v + 1] += s->start[v];
}

static void open_search(Search *s, const Problem *p, int level, int n) {
  memset(s, 0, sizeof *s);
  s->p = p, s->level = level, s->n = n;
  s->lo = level ? p->grid_lo : p->micro_lo, s->hi = level ? p->grid_hi : p->micro_hi;
  s->rng = mix(p->seed + (uint64_t)level * 77);
  s->w = NEW(int32_t, n), s->old = NEW(int32_t, n), s->x = NEW(double, n), s->y = NEW(double, n);
  s->stuck = NEW(uint8_t, n), s->frozen = NEW(uint8_t, n), s->many = NEW(uint8_t, n);
  s->lab = NEW(int32_t, n), s->next = NEW(int32_t, n), s->prev = NEW(int32_t, n), s->head = NEW(int32_t, n), s->count = NEW(int32_t, n);
  s->spare = NEW(int32_t, n), s->queue = NEW(int32_t, n), s->cost = NEW(double, n), s->dirty = NEW(uint8_t, n);
  s->zobrist = NEW(uint64_t, n), s->cache_hash = NEW(uint64_t, 1 << CACHE_BITS), s->cache_cost = NEW(double, 1 << CACHE_BITS);
  s->spares = n, s->log_cap = 1024, s->end_cap = 64;
  s->log_node = NEW(int32_t, s->log_cap), s->log_lab = NEW(int32_t, s->log_cap), s->log_end = NEW(int64_t, s->end_cap);
  s->old_seen = NEW(int32_t, p->olds), s->old_sum = NEW(int32_t, p->olds);
  s->arena_cap = 1024;
  s->table_q = NEW(int32_t, s->arena_cap), s->table_child = NEW(int32_t, s->arena_cap), s->table_price = NEW(double, s->arena_cap);
  for (int g = 0; g < n; g++) s->head[g] = -1, s->spare[g] = n - 1 - g, s->old[g] = -1, s->zobrist[g] = mix(p->seed ^ mix((uint64_t)g + 1));
}

/* scratch that depends on how many links and inner nodes there are */
static void open_scratch(Search *s, int nodes, int links) {
  int cap = (s->hi > 2 * s->lo ? s->hi : 2 * s->lo) + 1, k = nodes;
  s->stamp = NEW(int32_t, k), s->loc = NEW(int32_t, k), s->uf = NEW(int32_t, k), s->order = NEW(int32_t, k), s->near = NEW(int32_t, k);
  s->wa = NEW(int32_t, links), s->wb = NEW(int32_t, links), s->ra = NEW(int32_t, links), s->rb = NEW(int32_t, links);
  s->xs = NEW(double, k), s->ys = NEW(double, k), s->ws = NEW(double, k), s->acc = NEW(double, k);
  k = s->n;
  s->mem = NEW(int32_t, k + 1), s->members = NEW(int32_t, k + 1), s->part = NEW(int32_t, k), s->best_part = NEW(int32_t, k);
  s->parent = NEW(int32_t, k), s->g_seen = NEW(int32_t, k), s->g_part = NEW(int32_t, k);
  s->tree_walk = NEW(double, k), s->tree_cross = NEW(double, k), s->tree_cut = NEW(double, k);
  s->best_q = NEW(int32_t, k), s->now_q = NEW(int32_t, k), s->table_at = NEW(int64_t, k), s->merge_at = NEW(int64_t, k);
  s->table_n = NEW(int32_t, k), s->merge_n = NEW(int32_t, k);
  s->heap_key = NEW(double, s->m + 2), s->heap_node = NEW(int32_t, s->m + 2), s->heap_from = NEW(int32_t, s->m + 2);
  s->close_price = NEW(double, cap + 1), s->stuck_price = NEW(double, cap + 1), s->tmp_price = NEW(double, cap + 1), s->tmp_child = NEW(int32_t, cap + 1);
  for (int q = 0; q <= cap; q++) {
    s->tmp_price[q] = INFINITY;
    s->close_price[q] = size_price(s, q) + range_price(s, q);
    s->stuck_price[q] = size_price(s, q) + (q > s->hi ? range_price(s, q) : 0.0);
  }
}

static void close_search(Search *s) {
  void *all[] = {s->w, s->old, s->x, s->y, s->stuck, s->frozen, s->many, s->lab, s->next, s->prev, s->head, s->count, s->spare, s->queue, s->cost,
                 s->dirty, s->zobrist, s->cache_hash, s->cache_cost, s->log_node, s->log_lab, s->log_end, s->old_seen, s->old_sum, s->table_q,
                 s->table_child, s->table_price, s->start, s->to, s->tail, s->kind, s->key, s->walk, s->cross, s->cut, s->stamp, s->loc, s->uf,
                 s->order, s->near, s->wa, s->wb, s->ra, s->rb, s->xs, s->ys, s->ws, s->acc, s->mem, s->members, s->part, s->best_part, s->parent,
                 s->g_seen, s->g_part, s->tree_walk, s->tree_cross, s->tree_cut, s->best_q, s->now_q, s->table_at, s->merge_at, s->table_n,
                 s->merge_n, s->heap_key, s->heap_node, s->heap_from, s->close_price, s->stuck_price, s->tmp_price, s->tmp_child, s->b_seen,
                 s->b_min, s->b_max, s->b_count, s->sub_start, s->sub_adj, s->sub_to, s->sub_kind, s->sub_stuck, s->atom_start, s->atoms,
                 s->comp_start, s->comps, s->comp_seen, s->block_key, s->block_at, s->blocks, s->sub_of};
  for (size_t i = 0; i < sizeof all / sizeof *all; i++) free(all[i]);
}

static double straight(const Search *s, int a, int b) {
  double dx = s->x[a] - s->x[b], dy = s->y[a] - s->y[b];
  return sqrt(dx * dx + dy * dy);
}

/* pieces as nodes, to be grouped in micro-grids (level 0) or grids (level 2) */
static void open_pieces(Search *s, const Problem *p, int level, const int32_t *part, const int32_t *sums) {
  static const double more[] = {0.0, 300.0, 600.0, 0.0, 5000.0};
  int32_t *fa = NEW(int32_t, (size_t)p->n * REACH), *fb = NEW(int32_t, (size_t)p->n * REACH);
  int lo = level ? p->grid_lo : p->micro_lo, far = far_links(p, part, sums, lo, fa, fb), count = 0, m = p->start[p->n];
  double wall = level ? 0.0 : p->micro_wall, road = level ? p->grid_road : p->micro_road;
  Link *links;
  for (int b = 0; b < p->buildings && level; b++) m += (p->first[b + 1] - p->first[b]) * (p->first[b + 1] - p->first[b] - 1);
  links = NEW(Link, m + 2 * far);
  open_search(s, p, level, p->n);
  for (int v = 0; v < p->n; v++) {
    s->w[v] = p->w[v], s->x[v] = p->x[v], s->y[v] = p->y[v], s->old[v] = level ? p->old_grid[v] : p->old_micro[v];
    s->stuck[v] = sums[part[v]] < lo;
    s->frozen[v] = p->w[v] > s->hi;
    s->many[v] = p->first[p->building[v] + 1] - p->first[p->building[v]] > 1;
  }
  for (int v = 0; v < p->n; v++) {
    for (int e = p->start[v]; e < p->start[v + 1]; e++) {
      int kind = p->kind[e], u = p->to[e], c = p->compound[v];
      double key = kind == SAME ? 0.01 : p->length[e] + 30.0 + more[kind], cut = level && c >= 0 && c == p->compound[u] ? p->compound_split : 0.0;
      links[count++] = (Link){v, u, kind, key, straight(s, v, u), kind == WALL ? wall : kind == ROAD ? road : 0.0, cut};
    }
    for (int u = p->first[p->building[v]]; u < p->first[p->building[v] + 1] && level; u++)
      if (u < v - 1 || u > v + 1) links[count++] = (Link){v, u, SAME, 1.0, 0.0, 0.0, p->compound[v] >= 0 ? p->compound_split : 0.0};
  }
  for (int i = 0; i < far; i++) {
    double d = straight(s, fa[i], fb[i]);
    links[count++] = (Link){fa[i], fb[i], FAR, d + more[FAR], d, 0.0, 0.0};
    links[count++] = (Link){fb[i], fa[i], FAR, d + more[FAR], d, 0.0, 0.0};
  }
  set_links(s, links, count);
  open_scratch(s, p->n, s->m);
  s->b_seen = NEW(int32_t, p->buildings), s->b_min = NEW(int32_t, p->buildings), s->b_max = NEW(int32_t, p->buildings), s->b_count = NEW(int32_t, p->buildings);
  s->comp_seen = NEW(int32_t, p->compounds);
  free(links), free(fa), free(fb);
}

/* per micro-grid: its pieces, compounds, middle and the parts it falls into without main roads; returns the part of each piece */
static int32_t *fill_grid_nodes(Search *s, const int32_t *micro, const Search *below_) {
  const Problem *p = s->p;
  int32_t *uf = NEW(int32_t, p->n), *sub = NEW(int32_t, p->n), *at = NEW(int32_t, s->n + 1), *had = NEW(int32_t, p->compounds);
  double *heavy = NEW(double, s->n);
  s->atom_start = NEW(int32_t, s->n + 1), s->atoms = NEW(int32_t, p->n), s->comp_start = NEW(int32_t, s->n + 1), s->comps = NEW(int32_t, p->n);
  s->sub_start = NEW(int32_t, s->n + 1), s->comp_seen = NEW(int32_t, p->compounds);
  for (int v = 0; v < p->n; v++) s->atom_start[micro[v] + 1]++, uf[v] = v, s->w[micro[v]] += p->w[v];
  for (int g = 0; g < s->n; g++) s->atom_start[g + 1] += s->atom_start[g], at[g] = s->atom_start[g];
  for (int v = 0; v < p->n; v++) s->atoms[at[micro[v]]++] = v;
  for (int v = 0; v < p->n; v++) {
    for (int e = p->start[v]; e < p->start[v + 1]; e++)
      if (micro[p->to[e]] == micro[v] && p->kind[e] != ROAD) join(uf, v, p->to[e]);
    for (int u = p->first[p->building[v]]; u < v; u++)
      if (micro[u] == micro[v]) join(uf, u, v);
  }
  for (int c = 0; c < p->compounds; c++) had[c] = -1;
  s->subs = 0;
  for (int g = 0, c = 0; g < s->n; g++) {
    s->sub_start[g] = s->subs, s->comp_start[g] = c;
    for (int i = s->atom_start[g]; i < s->atom_start[g + 1]; i++) {
      int v = s->atoms[i], k = p->compound[v];
      double w = p->w[v] + 1e-3;
      if (find(uf, v) == v) sub[v] = s->subs++;
      if (k >= 0 && p->w[v] > 0 && had[k] != g) had[k] = g, s->comps[c++] = k;
      s->x[g] += w * p->x[v], s->y[g] += w * p->y[v], heavy[g] += w;
      s->frozen[g] |= below_->frozen[v] && p->w[v] > p->grid_hi;
    }
    s->x[g] /= heavy[g], s->y[g] /= heavy[g];
    s->sub_start[g + 1] = s->subs, s->comp_start[g + 1] = c;
  }
  for (int v = 0; v < p->n; v++) sub[v] = sub[find(uf, v)];
  free(uf), free(at), free(had), free(heavy);
  return sub;
}

/* the old grid of a micro-grid: where most of its households were */
static void fill_old_grids(Search *s) {
  const Problem *p = s->p;
  for (int g = 0; g < s->n; g++) {
    int most = -1;
    s->seen_now++;
    for (int i = s->atom_start[g]; i < s->atom_start[g + 1]; i++) {
      int o = p->old_grid[s->atoms[i]];
      if (o < 0) continue;
      if (s->old_seen[o] != s->seen_now) s->old_seen[o] = s->seen_now, s->old_sum[o] = 0;
      s->old_sum[o] += p->w[s->atoms[i]];
      if (s->old_sum[o] > most) most = s->old_sum[o], s->old[g] = o;
    }
  }
}

static int share_compound(Search *s, int a, int b) {
  for (int i = s->comp_start[a]; i < s->comp_start[a + 1]; i++)
    for (int j = s->comp_start[b]; j < s->comp_start[b + 1]; j++)
      if (s->comps[i] == s->comps[j]) return 1;
  return 0;
}

static int by_value(const void *a, const void *b) {
  uint64_t s = *(const uint64_t *)a, t = *(const uint64_t *)b;
  return s < t ? -1 : s > t;
}

/* links between the parts of micro-grids, each pair once and by its easiest kind */
static void set_sub_links(Search *s, uint64_t *pairs, int count) {
  int n = 0;
  qsort(pairs, (size_t)count, sizeof *pairs, by_value);
  for (int i = 0; i < count; i++)
    if (!n || pairs[i] >> 1 != pairs[n - 1] >> 1) pairs[n++] = pairs[i];
  s->sub_adj = NEW(int32_t, s->subs + 1), s->sub_to = NEW(int32_t, n), s->sub_kind = NEW(uint8_t, n);
  for (int i = 0; i < n; i++) {
    uint64_t pair = pairs[i] >> 1;
    s->sub_adj[pair / (uint64_t)s->subs + 1]++;
    s->sub_to[i] = (int32_t)(pair % (uint64_t)s->subs);
    s->sub_kind[i] = pairs[i] & 1 ? ROAD : OPEN;
  }
  for (int v = 0; v < s->subs; v++) s->sub_adj[v + 1] += s->sub_adj[v];
}

static Link grid_link(Search *s, int a, int b, int kind) {
  double d = straight(s, a, b), more = kind == ROAD ? 600.0 : kind == FAR ? 5000.0 : kind == WALL ? 100.0 : 0.0;
  return (Link){a, b, kind == SAME ? OPEN : kind, d + 30.0 + more, d, kind == ROAD ? s->p->grid_road : 0.0, 0.0};
}

static void open_grid(Search *s, const Problem *p, int n, const int32_t *micro, const Search *below_, const int32_t *part, const int32_t *sums) {
  int32_t *fa = NEW(int32_t, (size_t)p->n * REACH), *fb = NEW(int32_t, (size_t)p->n * REACH), *sub;
  int far = far_links(p, part, sums, p->grid_lo, fa, fb), count = 0, pairs_n = 0, m = p->start[p->n];
  Link *links;
  uint64_t *pairs;
  open_search(s, p, 1, n);
  s->sub_of = sub = fill_grid_nodes(s, micro, below_);
  fill_old_grids(s);
  for (int b = 0; b < p->buildings; b++) m += (p->first[b + 1] - p->first[b]) * (p->first[b + 1] - p->first[b] - 1);
  links = NEW(Link, m + 2 * far), pairs = NEW(uint64_t, m);
  s->sub_stuck = NEW(uint8_t, s->subs);
  for (int v = 0; v < p->n; v++) {
    if (sums[part[v]] < p->grid_lo) s->stuck[micro[v]] = s->sub_stuck[sub[v]] = 1;
    for (int e = p->start[v]; e < p->start[v + 1]; e++) {
      int u = p->to[e];
      if (sub[u] != sub[v]) pairs[pairs_n++] = ((uint64_t)sub[v] * (uint64_t)s->subs + (uint64_t)sub[u]) * 2 + (p->kind[e] == ROAD);
      if (micro[u] != micro[v]) links[count++] = grid_link(s, micro[v], micro[u], p->kind[e]);
    }
    for (int u = p->first[p->building[v]]; u < p->first[p->building[v] + 1]; u++) {
      if (sub[u] != sub[v]) pairs[pairs_n++] = ((uint64_t)sub[v] * (uint64_t)s->subs + (uint64_t)sub[u]) * 2;
      if (micro[u] != micro[v]) links[count++] = grid_link(s, micro[v], micro[u], OPEN);
    }
  }
  for (int i = 0; i < far; i++) {
    int a = micro[fa[i]], b = micro[fb[i]];
    if (a == b) continue;
    links[count++] = grid_link(s, a, b, FAR);
    links[count++] = grid_link(s, b, a, FAR);
  }
  set_links(s, links, count);
  for (int e = 0; e < s->m; e++) s->cut[e] = share_compound(s, s->tail[e], s->to[e]) ? p->compound_split : 0.0;
  set_sub_links(s, pairs, pairs_n);
  open_scratch(s, p->n, s->m + pairs_n);
  s->block_slots = 1024;
  while (s->block_slots < 4 * (int64_t)n * n && s->block_slots < 1 << 20) s->block_slots *= 2;
  s->block_key = NEW(uint64_t, s->block_slots), s->block_at = NEW(int64_t, s->block_slots);
  s->blocks_cap = (int64_t)n * p->n < 1 << 22 ? (int64_t)n * p->n + 1 : 1 << 22;
  s->blocks = NEW(double, s->blocks_cap);
  free(links), free(pairs), free(fa), free(fb);
}

/* ---------------------------------------------------------------- the course of a plan */

/* first groups of the nodes in mem (which have none yet): the cheapest cut of their spanning forest */
static void first_groups(Search *s, const int32_t *mem, int k) {
  int64_t total = 0;
  int parts, cap;
  if (!k) return;
  for (int i = 0; i < k; i++) total += s->w[mem[i]], s->lab[mem[i]] = s->spare[s->spares - 1];
  cap = cap_for(s, total);
  stamp_set(s, mem, k);
  span(s, mem, k, 0.0);
  parts = tree_cut(s, mem, k, cap, 0.8 * (s->level ? s->p->grid_distance : 1.0));
  regroup(s, mem, k, s->part, parts);
}

/* the whole map at once, each walkable part with the cap that suits its total */
static void start_afresh(Search *s) {
  int32_t *seen = NEW(int32_t, s->n), *mem = NEW(int32_t, s->n);
  for (int r = 0; r < s->n; r++) {
    int k = 0;
    if (seen[r]) continue;
    seen[r] = 1, mem[k++] = r;
    for (int i = 0; i < k; i++)
      for (int e = s->start[mem[i]]; e < s->start[mem[i] + 1]; e++)
        if (!seen[s->to[e]] && !s->frozen[mem[i]] && !s->frozen[s->to[e]]) seen[s->to[e]] = 1, mem[k++] = s->to[e];
    first_groups(s, mem, k);
  }
  free(seen), free(mem);
}

static int is_broken(const Search *s, int g) { return s->cost[g] >= 0.5 * VIOLATION; }

/* keep the old groups; newcomers are drawn by themselves; what is whole rests unless `all` is to be looked at again */
static void start_from_old(Search *s, int all) {
  int32_t *mem = NEW(int32_t, s->n), *at = NEW(int32_t, s->p->olds + 2), *node = NEW(int32_t, s->n), *zero = NEW(int32_t, s->n);
  int k = 0;
  for (int v = 0; v < s->n; v++)
    if (s->old[v] < 0) mem[k++] = v;
  first_groups(s, mem, k);
  for (int v = 0; v < s->n; v++)
    if (s->old[v] >= 0) at[s->old[v] + 1]++;
  for (int o = 0; o < s->p->olds; o++) at[o + 1] += at[o];
  for (int v = 0; v < s->n; v++)
    if (s->old[v] >= 0) node[at[s->old[v]]++] = v;
  for (int o = 0, from = 0; o < s->p->olds; from = at[o++]) {
    int n = at[o] - from;
    if (!n) continue;
    for (int i = from; i < at[o]; i++) s->lab[node[i]] = s->spare[s->spares - 1];
    regroup(s, node + from, n, zero, 1);
  }
  if (!all) {
    int queued = s->queued;
    s->queued = 0;
    for (int i = 0; i < queued; i++) s->dirty[s->queue[i]] = 0;
    for (int i = 0; i < queued; i++) {
      int g = s->queue[i];
      if (s->old[s->head[g]] < 0 || is_broken(s, g)) mark_dirty(s, g);
    }
  }
  free(mem), free(at), free(node), free(zero);
}

static void hold(Search *s, int b) {
  const Problem *p = s->p;
  for (int v = p->first[b]; v < p->first[b + 1]; v++) {
    if (s->level) s->sub_stuck[s->sub_of[v]] = 1;
    else s->stuck[v] = 1;
  }
}

/* find which buildings of broken groups no permitted group can hold; true when new ones were found */
static int find_stuck(Search *s, const int32_t *micro, int32_t *weight) {
  const Problem *p = s->p;
  int32_t *best = NEW(int32_t, p->buildings), *touched = NEW(int32_t, p->buildings);
  int found = 0;
  memset(best, 255, sizeof(int32_t) * (size_t)p->buildings);
  for (int v = 0; v < p->n; v++) {
    int node = s->level ? micro[v] : v, b = p->building[v], known = s->level ? s->sub_stuck[s->sub_of[v]] : s->stuck[v];
    if (known || !is_broken(s, s->lab[node]) || s->frozen[node]) continue;
    if (!is_stuck(p, b, s->lo, s->hi, best, touched, weight)) continue;
    hold(s, b);
    if (s->level) s->stuck[node] = 1;
    found = 1;
  }
  free(best), free(touched);
  if (!found) return 0;
  memset(s->cache_hash, 0, sizeof(uint64_t) << CACHE_BITS);
  for (int g = 0; g < s->n; g++)
    if (s->head[g] >= 0 && is_broken(s, g)) {
      int k = take(s, g, s->mem);
      s->total -= s->cost[g];
      s->cost[g] = group_cost(s, s->mem, k);
      s->total += s->cost[g];
      mark_dirty(s, g);
    }
  return 1;
}

/* groups that still break a rule, and around them, get many more tries */
static void mend(Search *s) {
  for (int round = 0; round < 6; round++) {
    int broken = 0;
    for (int g = 0; g < s->n; g++)
      if (s->head[g] >= 0 && is_broken(s, g) && !s->frozen[s->head[g]]) mark_dirty(s, g), broken = 1;
    if (!broken) return;
    improve(s, 20 + 20 * round, INFINITY);
  }
}

static void run_level(Search *s, const int32_t *micro, int32_t *weight, int from_old, double budget, int tries) {
  int32_t *out = NEW(int32_t, s->n + 1);
  if (from_old) start_from_old(s, from_old == 1);
  else start_afresh(s);
  for (int i = 0; i < 3 && find_stuck(s, micro, weight); i++) continue;
  improve(s, tries, INFINITY);
  for (int i = 0; i < 3 && find_stuck(s, micro, weight); i++) improve(s, tries, INFINITY);
  mend(s);
  while (s->n > 1 && s->work < budget) {
    double heat = 1.0 - s->work / budget;
    kick(s, out, heat > 0.2 ? (s->level ? 1000.0 : 100.0) * (heat - 0.2) : 0.0, tries);
    s->work += 200;
  }
  free(out);
}

/* ---------------------------------------------------------------- a few grids, divided exactly */

#define FEW 16         /* micro-grids that can be divided exactly */
#define PAIR 12        /* those of two grids in the midst of others, where there are many more sets to look at */
#define MOST_SETS 8192 /* permitted groups of them; where there are more, the set is left as it is */

typedef struct {
  Search *s;
  int n, sets, first[FEW + 1]; /* the sets whose lowest node is r: first[r] .. first[r + 1] */
  int32_t node[FEW], w[FEW];
  uint32_t near[FEW], mask[MOST_SETS], pick[1 << FEW];
  double price[MOST_SETS], best[1 << FEW]; /* best: below zero not known yet */
} Few;

static void keep_set(Few *f, uint32_t mask) {
  Search *s = f->s;
  int k = 0;
  if (f->sets == MOST_SETS) {
    f->sets++;
    return;
  }
  for (int i = 0; i < f->n; i++)
    if (mask >> i & 1) s->members[k++] = f->node[i];
  f->mask[f->sets] = mask;
  f->price[f->sets++] = group_cost(s, s->members, k);
}

/* every connected set of permitted size that holds `mask`, grows into `open` and shuns `shut`; each once */
static void grow_sets(Few *f, uint32_t mask, uint32_t open, uint32_t shut, int held) {
  if (f->sets > MOST_SETS) return;
  f->s->work += 4;
  if (held >= f->s->lo) keep_set(f, mask);
  for (int i = 0; i < f->n; i++) {
    uint32_t bit = 1u << i;
    if (!(open & bit)) continue;
    open &= ~bit, shut |= bit;
    if (held + f->w[i] <= f->s->hi) grow_sets(f, mask | bit, open | (f->near[i] & ~shut), shut, held + f->w[i]);
  }
}

static double fill(Few *f, uint32_t left) {
  int r = 0;
  double best = INFINITY;
  if (!left) return 0.0;
  if (f->best[left] >= 0.0) return f->best[left];
  while (!(left >> r & 1)) r++;
  for (int i = f->first[r]; i < f->first[r + 1]; i++) {
    double c;
    if (f->mask[i] & ~left) continue;
    c = f->price[i] + fill(f, left ^ f->mask[i]);
    if (c < best) best = c, f->pick[left] = f->mask[i];
  }
  f->s->work += 4;
  return f->best[left] = best;
}

/* divide the micro-grids of some grids in the best way there is; true when that gains */
static int divide(Few *f, const int32_t *groups, int many, int most) {
  Search *s = f->s;
  int64_t total;
  int k = 0, part = 0;
  uint32_t left;
  double old = 0.0;
  for (int i = 0; i < many; i++) k += s->count[groups[i]], old += s->cost[groups[i]];
  if (k > most || k < 3) return 0;
  f->n = collect(s, groups, many, s->mem, &total), f->sets = 0;
  stamp_set(s, s->mem, k);
  for (int i = 0; i < k; i++) {
    int v = f->node[i] = s->mem[i];
    f->w[i] = s->w[v], f->near[i] = 0;
    if (s->frozen[v]) return 0;
    for (int e = s->start[v]; e < s->start[v + 1]; e++)
      if (s->stamp[s->to[e]] == s->now && s->kind[e] != FAR) f->near[i] |= 1u << s->loc[s->to[e]];
  }
  for (int r = 0; r < k; r++) {
    uint32_t shut = (2u << r) - 1;
    f->first[r] = f->sets;
    if (f->w[r] <= s->hi) grow_sets(f, 1u << r, f->near[r] & ~shut, shut, f->w[r]);
    if (f->sets > MOST_SETS) return 0;
  }
  f->first[k] = f->sets;
  for (uint32_t i = 0; i < 1u << k; i++) f->best[i] = -1.0;
  left = (1u << k) - 1;
  if (fill(f, left) >= old - EPS) return 0;
  for (; left; left ^= f->pick[left], part++)
    for (int i = 0; i < k; i++)
      if (f->pick[left] >> i & 1) s->part[i] = part;
  regroup(s, f->node, k, s->part, part);
  return 1;
}

/* whether a grid and its neighbours (one or two, in trio) touch no others */
static int is_island(Search *s, const int32_t *trio, int many, int32_t *out) {
  for (int i = 1; i < many; i++) {
    int n = neighbours(s, trio[i], out);
    for (int j = 0; j < n; j++)
      if (out[j] != trio[0] && out[j] != trio[1] && out[j] != trio[many - 1]) return 0;
  }
  return 1;
}

/* every grid with each of its neighbours, up to three that touch no others together, until none can be divided better */
static void settle(Search *s) {
  Few *f = NEW(Few, 1);
  int32_t *out = NEW(int32_t, s->n + 1), *far = NEW(int32_t, s->n + 1), trio[3];
  f->s = s;
  while (s->queued) {
    int g = s->queue[--s->queued], n, changed = 0;
    s->dirty[g] = 0;
    if (s->head[g] < 0 || s->frozen[s->head[g]]) continue;
    n = neighbours(s, g, out);
    trio[0] = g;
    if (n == 1 || n == 2) {
      trio[1] = out[0], trio[2] = out[n - 1];
      if (is_island(s, trio, n + 1, far)) changed = divide(f, trio, n + 1, FEW);
    }
    for (int i = 0; i < n && !changed; i++) trio[1] = out[i], changed = divide(f, trio, 2, PAIR);
  }
  free(out), free(far), free(f);
}

/* ---------------------------------------------------------------- both levels together */

typedef struct {
  Search *micro, *grid; /* levels 0 and 2 over the same pieces */
  int32_t *fence, *backup, *piece, *frag;
  double *own_key, *own_cut;
} Joint;

/* trees of grids run inside micro-grids first, and cutting one has a price; wild ones run anywhere */
static void prefer_whole_micros(Joint *j, const int32_t *mem, int k, int wild, double damage) {
  Search *c = j->grid;
  for (int i = 0; i < k; i++)
    for (int e = c->start[mem[i]]; e < c->start[mem[i] + 1]; e++) {
      int inside = j->micro->lab[c->tail[e]] == j->micro->lab[c->to[e]];
      c->key[e] = wild && j->own_key[e] > 1.0 && c->kind[e] != FAR ? 1.0 : inside ? j->own_key[e] * 0.2 : j->own_key[e];
      c->cut[e] = inside ? j->own_cut[e] + damage : j->own_cut[e];
    }
}

/* cut the micro-grids that the new grid borders run through, then mend them on either side */
static void follow_borders(Joint *j, const int32_t *mem, int k, int tries) {
  Search *a = j->micro;
  for (int i = 0; i < k; i++) j->fence[mem[i]] = j->grid->lab[mem[i]];
  for (int i = 0; i < k; i++) {
    int g = a->lab[mem[i]], n, parts = 0;
    n = take(a, g, j->piece);
    if (j->piece[0] != mem[i]) continue; /* once per micro-grid, or not at all for those just made */
    for (int x = 0; x < n; x++) {
      int y = 0;
      while (j->fence[j->piece[y]] != j->fence[j->piece[x]]) y++;
      j->frag[x] = y < x ? j->frag[y] : parts++;
    }
    if (parts > 1) regroup(a, j->piece, n, j->frag, parts);
  }
  improve(a, tries, INFINITY);
}

/* draw a few neighbouring grids again through their pieces, and their micro-grids after them; keep it if both together gain */
static int redraw(Joint *j, const int32_t *groups, int many, int tries, int wild) {
  Search *a = j->micro, *c = j->grid;
  int64_t total;
  double before = a->total, gain;
  int k = collect(c, groups, many, c->mem, &total), parts;
  int32_t *mem = j->backup;
  memcpy(mem, c->mem, sizeof(int32_t) * (size_t)k);
  prefer_whole_micros(j, mem, k, wild, wild ? 0.0 : 1500.0 * unit(c));
  stamp_set(c, mem, k);
  span(c, mem, k, wild ? 100.0 * unit(c) : 3.0);
  parts = tree_cut(c, mem, k, cap_for(c, total), (0.3 + 0.7 * unit(c)) * c->p->grid_distance);
  gain = -price_parts(c, mem, k, c->part, parts, INFINITY);
  for (int i = 0; i < many; i++) gain += c->cost[groups[i]];
  if (gain <= EPS) return 0;
  start_log(c);
  start_log(a);
  regroup(c, mem, k, c->part, parts);
  follow_borders(j, mem, k, tries);
  if (a->total < before + gain - EPS) {
    a->logging = c->logging = 0;
    return 1;
  }
  roll_back(c);
  roll_back(a);
  for (int i = 0; i < k; i++) j->fence[mem[i]] = c->lab[mem[i]];
  return 0;
}

static int grow_set(Search *s, int g, int want, int32_t *groups, int32_t *out) {
  int many = 1;
  groups[0] = g;
  for (int t = 0; t < 3 * want && many < want; t++) {
    int n = neighbours(s, groups[below(s, many)], out), h, i = 0;
    if (!n) break;
    h = out[below(s, n)];
    while (i < many && groups[i] != h) i++;
    if (i == many) groups[many++] = h;
  }
  return many;
}

static void run_joint(Joint *j, double budget, int tries) {
  Search *c = j->grid;
  int32_t *out = NEW(int32_t, c->n + 1), groups[5];
  for (int round = 0; round < 400; round++) { /* rules first */
    int broken = 0;
    for (int g = 0; g < c->n; g++)
      if (c->head[g] >= 0 && is_broken(c, g) && !c->frozen[c->head[g]]) {
        broken = 1;
        redraw(j, groups, grow_set(c, g, 1 + below(c, round < 50 ? 3 : 5), groups, out), tries, round % 2);
      }
    if (!broken) break;
  }
  while (c->work + j->micro->work < budget) {
    int v = below(c, c->n);
    if (!c->frozen[v]) redraw(j, groups, grow_set(c, c->lab[v], 1 + below(c, 3), groups, out), tries, 0);
    c->work += 200;
  }
  free(out);
}

static void open_joint(Joint *j, Search *c, Search *a, const Search *b, const int32_t *micro, const int32_t *part, const int32_t *sums) {
  const Problem *p = a->p;
  int32_t *all = NEW(int32_t, p->n), *label = NEW(int32_t, p->n);
  open_pieces(c, p, 2, part, sums);
  for (int v = 0; v < p->n; v++) {
    all[v] = v, label[v] = b->lab[micro[v]];
    c->stuck[v] = b->sub_stuck[b->sub_of[v]];
    c->lab[v] = c->spare[c->spares - 1];
  }
  c->seen_now++;
  int parts = 0;
  for (int v = 0; v < p->n; v++) {
    if (c->g_seen[label[v]] != c->seen_now) c->g_seen[label[v]] = c->seen_now, c->g_part[label[v]] = parts++;
    c->part[v] = c->g_part[label[v]];
  }
  regroup(c, all, p->n, c->part, parts);
  while (c->queued) c->dirty[c->queue[--c->queued]] = 0;
  j->micro = a, j->grid = c;
  j->fence = NEW(int32_t, p->n), j->backup = NEW(int32_t, p->n), j->piece = NEW(int32_t, p->n), j->frag = NEW(int32_t, p->n);
  j->own_key = NEW(double, c->m), j->own_cut = NEW(double, c->m);
  memcpy(j->own_key, c->key, sizeof(double) * (size_t)c->m);
  memcpy(j->own_cut, c->cut, sizeof(double) * (size_t)c->m);
  for (int v = 0; v < p->n; v++) j->fence[v] = c->lab[v];
  a->fence = j->fence;
  a->work = 0.0;
  free(all), free(label);
}

static void close_joint(Joint *j) {
  free(j->fence), free(j->backup), free(j->piece), free(j->frag), free(j->own_key), free(j->own_cut);
  close_search(j->grid);
}

static int any_broken(const Search *s) {
  for (int g = 0; g < s->n; g++)
    if (s->head[g] >= 0 && is_broken(s, g)) return 1;
  return 0;
}

/* what the map forced on the groups of one level: part of each piece inside its group (a member's place), stuck pieces get `flag` */
static void tell(Search *s, const int32_t *label, int32_t *part, uint8_t *flags, uint8_t flag) {
  const Problem *p = s->p;
  for (int v = 0; v < p->n; v++) {
    int stuck = s->level == 1 ? s->sub_stuck[s->sub_of[v]] : s->stuck[v];
    part[v] = v;
    if (stuck) flags[v] |= flag;
  }
  for (int v = 0; v < p->n; v++) {
    for (int e = p->start[v]; e < p->start[v + 1]; e++)
      if (label[p->to[e]] == label[v]) join(part, v, p->to[e]);
    for (int u = p->first[p->building[v]]; u < v; u++)
      if (label[u] == label[v]) join(part, u, v);
  }
  for (int v = 0; v < p->n; v++) part[v] = find(part, v);
}

typedef struct {
  int32_t *micro, *grid, *map_part, *micro_part, *grid_part; /* per piece */
  uint8_t *flags;                                            /* per piece: 1 stuck for micro-grids, 2 for grids */
  double micro_total, grid_total, work;
} Answer;

/* groups of pieces numbered 0, 1, ... in the order of the pieces; returns how many */
static int number_groups(const Search *s, int32_t *label) {
  int32_t *number = NEW(int32_t, s->n);
  int n = 0;
  for (int v = 0; v < s->n; v++) {
    if (!number[s->lab[v]]) number[s->lab[v]] = ++n;
    label[v] = number[s->lab[v]] - 1;
  }
  free(number);
  return n;
}

/* the grids once more over the micro-grids as they came out; returns what the grids cost then */
static double settle_grids(const Problem *p, const Search *a, const Search *c, const int32_t *sums, Answer *out) {
  Search s;
  int n = 0, parts = 0;
  double total;
  for (int v = 0; v < p->n; v++)
    if (out->micro[v] >= n) n = out->micro[v] + 1;
  open_grid(&s, p, n, out->micro, a, out->map_part, sums);
  for (int v = 0; v < p->n; v++) s.sub_stuck[s.sub_of[v]] |= c->stuck[v], s.stuck[out->micro[v]] |= c->stuck[v];
  for (int m = 0; m < n; m++) s.mem[m] = m, s.lab[m] = s.spare[s.spares - 1];
  s.seen_now++;
  for (int m = 0; m < n; m++) {
    int g = out->grid[s.atoms[s.atom_start[m]]], r = 0;
    while (r < parts && s.near[r] != g) r++;
    if (r == parts) s.near[parts++] = g;
    s.part[m] = r;
  }
  memcpy(s.best_part, s.part, sizeof(int32_t) * (size_t)n);
  regroup(&s, s.mem, n, s.best_part, parts);
  settle(&s);
  for (int v = 0; v < p->n; v++) out->grid[v] = s.lab[out->micro[v]];
  total = s.total;
  out->work += s.work;
  close_search(&s);
  return total;
}

static void plan_jointly(const Problem *p, Search *a, Search *b, const int32_t *sums, Answer *out) {
  Search c;
  Joint joint;
  open_joint(&joint, &c, a, b, out->micro, out->map_part, sums);
  run_joint(&joint, p->joint_work, 3);
  number_groups(a, out->micro);
  for (int v = 0; v < p->n; v++) out->grid[v] = c.lab[v];
  out->grid_total = p->joint_work > 0.0 ? settle_grids(p, a, &c, sums, out) : c.total;
  tell(&c, out->grid, out->grid_part, out->flags, 2);
  out->work += c.work;
  close_joint(&joint);
}

/* plan one community */
void weiwang_plan(const Problem *p, Answer *out) {
  Search a, b;
  int32_t *sums = NEW(int32_t, p->n), *weight = NEW(int32_t, p->buildings);
  int n;
  for (int v = 0; v < p->n; v++) weight[p->building[v]] += p->w[v];
  map_parts(p, out->map_part, sums);
  open_pieces(&a, p, 0, out->map_part, sums);
  run_level(&a, 0, weight, p->from_old, p->micro_work, 3);
  n = number_groups(&a, out->micro);
  open_grid(&b, p, n, out->micro, &a, out->map_part, sums);
  run_level(&b, out->micro, weight, p->from_old, p->grid_work, 2);
  for (int v = 0; v < p->n; v++) out->grid[v] = b.lab[out->micro[v]];
  out->work = a.work + b.work;
  if (p->joint_work > 0.0 || any_broken(&b)) {
    a.work = 0.0;
    plan_jointly(p, &a, &b, sums, out);
    out->work += a.work;
  } else {
    out->grid_total = b.total;
    tell(&b, out->grid, out->grid_part, out->flags, 2);
  }
  out->micro_total = a.total;
  tell(&a, out->micro, out->micro_part, out->flags, 1);
  close_search(&a), close_search(&b);
  free(sums), free(weight);
}
