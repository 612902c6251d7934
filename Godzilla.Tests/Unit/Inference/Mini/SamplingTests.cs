using System.Globalization;
using System.Numerics;
using System.Text;
using Godzilla.Inference.Mini;
using Godzilla.Inference.Mini.Decoding;
using Microsoft.Extensions.AI;

namespace Godzilla.Tests.Unit.Inference.Mini;

public class SamplingTests
{
    private const string Question = "Tell me a joke";
    private const int End = 199_999;

    [Fact]
    public async Task TheSameSeedGivesTheSameAnswer()
    {
        // Clients of their own, each with a model that it has loaded itself.
        var answers = new List<string>();
        for (var run = 0; run < 2; run++)
        {
            using var client = new MiniChatClient(new(), new(), Microsoft.Extensions.Options.Options.Create(new MiniOptions()), TimeProvider.System);
            for (var seed = 0; seed < 20; seed++)
            {
                answers.Add((await client.GetResponseAsync([new(ChatRole.User, Question)], new() { Seed = seed, Temperature = 1.3f })).Text);
            }
        }

        Assert.Equal(answers[..20], answers[20..]);
        Assert.InRange(answers.Distinct().Count(), 10, 20);
    }

    [Fact]
    public async Task WithoutASeedAnswersDiffer()
    {
        var answers = new HashSet<string>();
        for (var run = 0; run < 50; run++)
        {
            answers.Add((await BuiltInModel.AskAsync(Question, new() { Temperature = 1.5f, MaxOutputTokens = 50 })).Text);
        }

        Assert.True(answers.Count > 3);
    }

    [Fact]
    public void TheGeneratorIsTheOneThatItSays()
    {
        // SplitMix64 from 0 gives e220a8397b1dcdaf, 6e789e6aa1b965f4, 06c45d188009454f, f88bb8a8724c81ec (Vigna's reference code);
        // xoshiro256** in that state answers from its second word first.
        var second = 0x6e789e6aa1b965f4ul;
        var expected = ((BitOperations.RotateLeft(second * 5, 7) * 9) >> 11) * (1.0 / (1ul << 53));

        Assert.Equal(expected, new SeededRandom(0).Next());
    }

    [Fact]
    public async Task TemperatureZeroTakesTheLikeliest()
    {
        var tokens = await BuiltInModel.LogprobsAsync(Question, Options(temperature: 0, top: 5));

        Assert.NotEmpty(tokens);
        Assert.All(tokens, token =>
        {
            Assert.Equal(token.Token, token.Top[0].Token);
            Assert.Equal(token.Top.Select(top => top.Logprob).OrderDescending(), token.Top.Select(top => top.Logprob));
            Assert.InRange(token.Top.Sum(top => Math.Exp(top.Logprob)), 0, 1.000001);
        });
        Assert.Equal((await BuiltInModel.AskAsync(Question)).Text, Text(tokens));
    }

    // The log probabilities say how often each first token is drawn. With a bias, a penalty of temperature and top_p it must hold as well.
    [Theory]
    [InlineData(1, 1)]
    [InlineData(1.7, 1)]
    [InlineData(0.6, 1)]
    [InlineData(1.8, 0.7)]
    public async Task TokensAreDrawnAsLikelyAsTheirLogprobsSay(double temperature, double topP)
    {
        const int Draws = 4000;
        var drawn = new Dictionary<int, int>();
        var logprobs = new Dictionary<int, double>();
        for (var seed = 0; seed < Draws; seed++)
        {
            var options = Options(temperature, top: 20);
            options.TopP = (float)topP;
            options.Seed = seed;
            options.MaxOutputTokens = 1;
            var token = Assert.Single(await BuiltInModel.LogprobsAsync("Good", options));
            drawn[token.Token] = drawn.GetValueOrDefault(token.Token) + 1;
            logprobs[token.Token] = token.Logprob;
            foreach (var top in token.Top)
            {
                logprobs[top.Token] = top.Logprob;
            }
        }

        var expected = logprobs.Where(pair => Math.Exp(pair.Value) * Draws >= 20).ToList();
        Assert.NotEmpty(expected);
        Assert.All(expected, pair =>
        {
            var mean = Draws * Math.Exp(pair.Value);

            // Five standard deviations: the seeds are fixed, so it holds always or never.
            Assert.InRange(drawn.GetValueOrDefault(pair.Key), mean - (5 * Math.Sqrt(mean)), mean + (5 * Math.Sqrt(mean)));
        });
    }

    [Fact]
    public async Task TopPKeepsOnlyTheLikeliest()
    {
        var options = Options(temperature: 2, top: 20);
        options.TopP = 0.3f;
        options.Seed = 1;
        options.MaxOutputTokens = 40;

        var tokens = await BuiltInModel.LogprobsAsync(Question, options);

        // What is drawn from sums to 1 again.
        Assert.All(tokens.Where(token => token.Top.Count is > 0 and < 20), token => Assert.InRange(token.Top.Sum(top => Math.Exp(top.Logprob)), 0.0, 1.000001));
        var greedy = await BuiltInModel.LogprobsAsync(Question, Options(temperature: 0, top: 1));
        options.TopP = 0.000001f;
        Assert.Equal(Text(greedy), Text(await BuiltInModel.LogprobsAsync(Question, options)));
    }

    [Fact]
    public async Task ABiasMakesATokenCertainOrImpossible()
    {
        var first = (await BuiltInModel.LogprobsAsync(Question, Options(temperature: 0, top: 0)))[0].Token;
        var rare = Assert.Single(BuiltInModel.Tokens.Encode(" zebra"));

        Assert.NotEqual(first, (await BuiltInModel.LogprobsAsync(Question, Biased(first, -100)))[0].Token);
        var forced = await BuiltInModel.LogprobsAsync(Question, Biased(rare, 100));
        Assert.All(forced, token => Assert.Equal(rare, token.Token));
        Assert.Equal(12, forced.Count);
    }

    [Fact]
    public async Task PenaltiesLowerWhatHasBeenSaid()
    {
        // Forced to repeat one token, whose probability then falls with each time that it has been drawn.
        var rare = Assert.Single(BuiltInModel.Tokens.Encode(" zebra"));
        var plain = await BuiltInModel.LogprobsAsync(Question, Biased(rare, 23));
        var options = Biased(rare, 23);
        options.FrequencyPenalty = 0.5f;
        options.PresencePenalty = 1;
        var penalized = await BuiltInModel.LogprobsAsync(Question, options);

        Assert.Equal(plain[0].Logprob, penalized[0].Logprob, 6);
        Assert.Equal(rare, penalized[0].Token);

        // logit of p is log(p / (1 - p)) while the rest of the distribution stays as it is.
        static double Logit(double logprob) => logprob - Math.Log(1 - Math.Exp(logprob));
        Assert.Equal(rare, plain[1].Token);
        Assert.Equal(rare, penalized[1].Token);
        Assert.Equal(1.5, Logit(plain[1].Logprob) - Logit(penalized[1].Logprob), 2);
    }

    [Fact]
    public async Task WithoutItsEndAnAnswerGoesOnToTheLimit()
    {
        var options = Options(temperature: 1, top: 0);
        options.AdditionalProperties![MiniChatClient.LogitBias] = new Dictionary<int, float> { [End] = -100 };
        options.MaxOutputTokens = 300;
        options.Seed = 4;

        var response = await BuiltInModel.AskAsync(Question, options);

        Assert.Equal(300, response.Usage!.OutputTokenCount);
        Assert.DoesNotContain("<|", response.Text, StringComparison.Ordinal);
    }

    private static ChatOptions Options(double temperature, int top) => new()
    {
        Temperature = float.Parse(temperature.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture),
        AdditionalProperties = new() { [MiniChatClient.TopLogprobs] = top },
    };

    private static ChatOptions Biased(int token, float bias)
    {
        var options = Options(temperature: 0, top: 0);
        options.MaxOutputTokens = 12;
        options.AdditionalProperties![MiniChatClient.LogitBias] = new Dictionary<int, float> { [token] = bias };
        return options;
    }

    private static string Text(IEnumerable<TokenLogprob> tokens) =>
        Encoding.UTF8.GetString([.. tokens.SelectMany(token => token.Bytes.ToArray())]);
}
