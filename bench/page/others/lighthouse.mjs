// node lighthouse.mjs PORT ADDRESS: prints the scores of a page in a browser that listens on PORT for DevTools, signed in or not as it is.
import lighthouse, { desktopConfig } from 'lighthouse';

const [port, address] = process.argv.slice(2);
const categories = ['performance', 'accessibility', 'best-practices'];
const result = await lighthouse(
  address,
  { port: Number(port), output: 'json', logLevel: 'error', onlyCategories: categories, disableStorageReset: true },
  desktopConfig,
);
const { lhr } = result;
if (lhr.runtimeError) throw new Error(lhr.runtimeError.message);
console.log(JSON.stringify({
  scores: Object.fromEntries(categories.map((name) => [name, Math.round(lhr.categories[name].score * 100)])),
  firstContentfulPaint: lhr.audits['first-contentful-paint'].numericValue,
  failed: Object.values(lhr.audits)
    .filter((audit) => audit.score !== null && audit.score < 0.9 && ['binary', 'numeric', 'metricSavings'].includes(audit.scoreDisplayMode))
    .map((audit) => audit.id),
}));
