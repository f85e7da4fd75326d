import { useSite } from "./site";

/** The face of the company's agent: its picture, else the initials of its name. */
export function Avatar({ size }: { size: number }) {
  const { avatar, agentName, name } = useSite();
  if (avatar !== "") return <img className="face" src={avatar} width={size} height={size} alt="" />;
  return (
    <span className="face initials" style={{ width: size, height: size, fontSize: size * 0.4 }} aria-hidden="true">
      {initialsOf(agentName || name)}
    </span>
  );
}

function initialsOf(name: string): string {
  const [first = "", second = ""] = name.trim().split(/\s+/);
  return `${[...first][0] ?? ""}${[...second][0] ?? ""}`.toLocaleUpperCase();
}
