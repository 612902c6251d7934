using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Json;
using System.Runtime.Versioning;
using System.Text.Json;

namespace Godzilla.Tests.Deployment.Cluster;

/// <summary>The rendered manifests run: the README's conversation goes through them, and a rolling restart of everything loses nothing.</summary>
[SupportedOSPlatform("linux")]
public sealed class RunTests(Rendered rendered) : IClassFixture<Rendered>
{
    private static readonly string[] Deployments = ["presence", "accounts", "chat", "inference", "gateway"];
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(150); // Below the limit of messages a second.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(6); // Then people try again.

    // What got no answer at all, with the connections at that moment.
    private readonly ConcurrentQueue<string> _unanswered = new();

    [ClusterFact]
    public async Task AConversationGoesOnWhileEveryDeploymentIsRestarted()
    {
        await using var cluster = await PodCluster.CreateAsync(rendered);
        await cluster.DeployAsync();
        await AssertProcessesAreAsTheManifestsSayAsync(cluster);

        using var mothra = await SignUpAsync(cluster, "mothra");
        using var rodan = await SignUpAsync(cluster, "rodan");
        var id = await OpenDiscussionAsync(mothra);

        using var ending = new CancellationTokenSource();
        var sent = new List<string>();
        var talking = TalkAsync(cluster, mothra, id, sent, ending.Token);
        var listening = ListenAsync(cluster, rodan, ending.Token);
        foreach (var deployment in Deployments)
        {
            Assert.Equal([0, 0], await cluster.RestartAsync(deployment));
        }

        await ending.CancelAsync();
        await talking;
        Assert.True(await listening > Deployments.Length);
        Assert.True(_unanswered.IsEmpty, string.Join('\n', _unanswered));
        Assert.True(sent.Count > 10, $"{sent.Count}");
        Assert.Equal(sent, await TextsAsync(rodan, id, sent.Count));
    }

    private static async Task AssertProcessesAreAsTheManifestsSayAsync(PodCluster cluster)
    {
        Assert.Equal(12, cluster.Pods.Count); // Two of each service, and the stores.
        foreach (var pod in cluster.Pods)
        {
            Assert.True(await pod.IsAliveAsync(), pod.Workload);
            Assert.Equal(pod.Workload is "redis" or "mongodb" ? "999" : "1654", await pod.StatusAsync("Uid"));
            Assert.Equal("0000000000000000", await pod.StatusAsync("CapBnd"));
        }
    }

    private static async Task<HttpClient> SignUpAsync(PodCluster cluster, string name)
    {
        var client = cluster.CreateClient("gateway");
        client.Timeout = TimeSpan.FromSeconds(20);
        var person = new { username = name, password = "monster island" };
        using var registered = await client.PostAsJsonAsync("/user/register", person);
        Assert.Equal(HttpStatusCode.Created, registered.StatusCode);
        using var signedIn = await client.PostAsJsonAsync("/user/login", person);
        Assert.Equal(HttpStatusCode.OK, signedIn.StatusCode);
        client.DefaultRequestHeaders.Add("Cookie", signedIn.Headers.GetValues("Set-Cookie").Single().Split(';')[0]);
        return client;
    }

    private static async Task<string> OpenDiscussionAsync(HttpClient owner)
    {
        using var created = await owner.PostAsJsonAsync("/discussion", new { users = new[] { "rodan" } });
        Assert.Equal(HttpStatusCode.Created, created.StatusCode);
        return (await created.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("id").GetString()!;
    }

    /// <summary>Sends messages; one whose answer was lost, or does not come, is sent again, and is still one.</summary>
    private async Task TalkAsync(PodCluster cluster, HttpClient client, string id, List<string> sent, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(Pace);
        while (!cancellationToken.IsCancellationRequested)
        {
            var text = $"message {sent.Count}";
            await Eventually.TrueAsync(
                async () =>
                {
                    using var patience = new CancellationTokenSource(Patience);
                    try
                    {
                        using var response = await client.PostAsJsonAsync($"/discussion/{id}/messages", new[] { new { text, client_id = text } }, patience.Token);
                        return response.StatusCode == HttpStatusCode.OK;
                    }
                    catch (HttpRequestException)
                    {
                        return false; // The connection broke: nobody knows whether it is stored.
                    }
                    catch (OperationCanceledException)
                    {
                        await NoteAsync(cluster, text);
                        return false;
                    }
                },
                $"'{text}' is stored");
            sent.Add(text);
            await timer.WaitForNextTickAsync(CancellationToken.None);
        }
    }

    /// <summary>
    /// Reads, and expects every answer to be good. A store that does not answer in time, as on a machine that is too busy, is a 503 by
    /// design; whoever breaks off or leads to nobody is none.
    /// </summary>
    private async Task<int> ListenAsync(PodCluster cluster, HttpClient client, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(Pace);
        var (answers, busy) = (0, 0);
        while (!cancellationToken.IsCancellationRequested)
        {
            using var response = await AskAsync(cluster, client, "/discussion");
            if (response is null or { StatusCode: HttpStatusCode.ServiceUnavailable })
            {
                busy++;
            }
            else if (response.StatusCode != HttpStatusCode.OK)
            {
                var error = await response.Content.ReadFromJsonAsync<JsonElement>(CancellationToken.None);
                Assert.Fail($"{error}\n{cluster.LinesWith(error.GetProperty("trace_id").GetString()!)}");
            }

            answers++;
            Assert.True(busy <= 2 + (answers / 10), $"{busy} of {answers}:\n{cluster.LinesWith("is unavailable")}");
            await timer.WaitForNextTickAsync(CancellationToken.None);
        }

        return answers;
    }

    /// <returns>The answer; <see langword="null"/> if none came in time.</returns>
    private async Task<HttpResponseMessage?> AskAsync(PodCluster cluster, HttpClient client, string path)
    {
        using var patience = new CancellationTokenSource(Patience);
        try
        {
            return await client.GetAsync(path, patience.Token);
        }
        catch (OperationCanceledException)
        {
            await NoteAsync(cluster, path);
            return null;
        }
    }

    private async Task NoteAsync(PodCluster cluster, string what) => _unanswered.Enqueue($"'{what}' got no answer:\n{await cluster.SocketsAsync()}");

    private static async Task<List<string>> TextsAsync(HttpClient client, string id, int count)
    {
        var texts = new List<string>();
        while (texts.Count < count)
        {
            var page = await client.GetFromJsonAsync<JsonElement>($"/discussion/{id}/messages?after_seq={texts.Count}&limit=100");
            var messages = page.GetProperty("messages").EnumerateArray().Select(m => m.GetProperty("text").GetString()!).ToList();
            Assert.NotEmpty(messages);
            texts.AddRange(messages);
        }

        return texts;
    }
}
