// Icons are fetched in a browser; a test shows their place only.
export default function InlineSVG() {
  return <svg />;
}
