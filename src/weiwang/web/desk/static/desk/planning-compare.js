/* Two plans side by side: what one map shows, the other shows too. */

const maps = [];

const follow = (leader, follower) => {
  leader.on("move", (event) => {
    if (event.following) return; // moved by the other one
    follower.jumpTo({ center: leader.getCenter(), zoom: leader.getZoom() }, { following: true });
  });
};

document.addEventListener("ui:map-shown", ({ detail }) => {
  maps.push(detail.map);
  if (maps.length !== 2) return;
  const [first, second] = maps;
  second.jumpTo({ center: first.getCenter(), zoom: first.getZoom() });
  follow(first, second);
  follow(second, first);
});
