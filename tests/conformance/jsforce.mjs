// Plays one row of the table for each line on standard input, and writes its value, or its error, as a line.
import { createInterface } from "node:readline";
import { Buffer } from "node:buffer";
import jsforce from "jsforce";

let connection;

const fresh = (options) => new jsforce.Connection({ version: "66.0", ...options });

const rows = {
  async connect({ url, token }) {
    connection = fresh({ instanceUrl: url, accessToken: token });
    connection.bulk2.pollInterval = 100;
    connection.metadata.pollInterval = 100;
    return connection.version;
  },

  async soapLogin({ url, username, password }) {
    const own = fresh({ loginUrl: url });
    const user = await own.login(username, password);
    const session = own.accessToken;
    const found = await own.query("SELECT Name FROM Account LIMIT 1");
    await own.logout();
    const after = fresh({ instanceUrl: own.instanceUrl || url, accessToken: session });
    const refused = await after.query("SELECT Id FROM Account").then(() => null, (error) => error.errorCode);
    return { user, organization: user.organizationId, found: found.totalSize, refused };
  },

  async oauth({ url, clientId, clientSecret, username, password, assertion }) {
    const granted = {};
    const grants = {
      password: { grant_type: "password", username, password },
      client_credentials: { grant_type: "client_credentials" },
      jwt: { grant_type: "urn:ietf:params:oauth:grant-type:jwt-bearer", assertion },
    };
    for (const [name, grant] of Object.entries(grants)) {
      const own = fresh({ loginUrl: url, oauth2: { loginUrl: url, clientId, clientSecret } });
      const { password: given, username: who, ...rest } = grant;
      if (name === "password") await own.login(who, given);
      else await own.authorize(rest);
      granted[name] = (await own.query("SELECT Id FROM Organization")).totalSize;
    }
    return granted;
  },

  async identity() {
    return connection.identity();
  },

  async crud() {
    const made = await connection.sobject("Account").create([{ Name: "Jsforce 1" }, { Name: "Jsforce 2" }, {}]);
    const ids = made.filter((one) => one.success).map((one) => one.id);
    const read = await connection.sobject("Account").retrieve(ids);
    const changed = await connection.sobject("Account").update(ids.map((Id) => ({ Id, Industry: "Energy" })));
    const upserted = await connection.sobject("Contact").upsert(
      [{ LastName: "One", Ext__c: "1" }, { LastName: "Two", Ext__c: "2" }], "Ext__c");
    const again = await connection.sobject("Contact").upsert({ LastName: "Uno", Ext__c: "1" }, "Ext__c");
    const removed = await connection.sobject("Account").destroy(ids);
    const all = await connection.query(
      "SELECT Id FROM Account WHERE Name LIKE 'Jsforce %'", { scanAll: true, autoFetch: true });
    return { made, read: read.map((one) => one.Name), changed, upserted, again, removed, all: all.totalSize };
  },

  async caseRetrieve({ ids }) {
    return (await connection.sobject("Case").retrieve(ids, { fields: ["CaseNumber"] })).map((one) => one.CaseNumber);
  },

  async bulkIngest() {
    const records = Array.from({ length: 250 }, (_, at) => ({ Name: `Jsbulk ${at}`, Industry: "" }));
    const { successfulResults, failedResults } = await connection.bulk2.loadAndWaitForResults({
      object: "Account", operation: "insert", input: [...records, { Name: "", Industry: "Energy" }], pollTimeout: 30000, pollInterval: 100,
    });
    return { good: successfulResults.length, failed: failedResults };
  },

  async bulkQuery() {
    const stream = await connection.bulk2.query("SELECT Name FROM Account WHERE Name LIKE 'Jsbulk %'", {
      pollTimeout: 30000, pollInterval: 100 });
    return (await stream.toArray()).map((one) => one.Name);
  },

  async tooling() {
    const made = await connection.tooling.sobject("ApexClass").create({ Body: "public class JsforceMade {}" });
    const found = await connection.tooling.query("SELECT Name FROM ApexClass WHERE Name = 'JsforceMade'");
    const refused = await connection.tooling.executeAnonymous("System.debug(1);").then(() => null, (e) => e.message);
    return { made, found: found.records.map((one) => one.Name), refused };
  },

  async metadata({ zip }) {
    const described = await connection.metadata.describe();
    const deployed = await connection.metadata.deploy(Buffer.from(zip, "base64"), {}).complete(true);
    const listed = await connection.metadata.list([{ type: "ApexClass" }]);
    const retrieved = await connection.metadata.retrieve({
      unpackaged: { types: [{ name: "ApexClass", members: ["*"] }], version: "66.0" } }).complete();
    return { types: described.metadataObjects.length, deployed, listed, retrieved };
  },

  async metadataOneByOne() {
    const field = { fullName: "Case.Jsforce__c", label: "Jsforce", type: "Text", length: 20 };
    const made = await connection.metadata.create("CustomField", [field]);
    const again = await connection.metadata.create("CustomField", field);
    const updated = await connection.metadata.update("CustomField", { ...field, length: 30 });
    const upserted = await connection.metadata.upsert("CustomField", [{ ...field, length: 40 }]);
    const read = await connection.metadata.read("CustomField", "Case.Jsforce__c");
    const deleted = await connection.metadata.delete("CustomField", ["Case.Jsforce__c"]);
    return { made, again, updated, upserted, read, deleted };
  },

  async deployRest({ zip }) {
    const answer = await connection.metadata.deployRest(Buffer.from(zip, "base64"), {}).complete(true);
    return answer;
  },

  async apex() {
    return connection.soap.executeAnonymous?.("1;") ?? null;
  },

  async limitsAndSearch() {
    const limits = await connection.limits();
    const found = await connection.search("FIND {Harborlight} IN ALL FIELDS RETURNING Account(Id, Name)");
    const described = await connection.sobject("Case").describe();
    const global = await connection.describeGlobal();
    return { limits: limits.DailyApiRequests, used: connection.limitInfo, found: found.searchRecords,
      fields: described.fields.length, objects: global.sobjects.map((one) => one.name) };
  },
};

for await (const line of createInterface({ input: process.stdin })) {
  const { name, arguments: given } = JSON.parse(line);
  try {
    process.stdout.write(JSON.stringify({ value: (await rows[name](given)) ?? null }) + "\n");
  } catch (error) {
    process.stdout.write(JSON.stringify({ error: `${error.name} ${error.errorCode ?? ""}: ${error.message}\n${error.stack}` }) + "\n");
  }
}
