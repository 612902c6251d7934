using System.Text;
using CsCheck;
using Godzilla.Inference.Mini.Decoding;
using Microsoft.Extensions.AI;

namespace Godzilla.Tests.Unit.Inference.Mini;

public class TextOutputTests
{
    // However a text is cut into tokens, what is shown is the text before the stop sequence that is complete first, and never part of a character.
    [Fact]
    public void WhatIsShownEndsBeforeTheFirstStopSequence()
    {
        var text = Gen.Char["abc \u00e9\u20ac"].Array[0, 40].Select(characters => new string(characters));
        var stops = Gen.Char["abc \u00e9"].Array[1, 4].Select(characters => new string(characters)).List[0, 3];
        Gen.Select(text, stops, Gen.Int[1, 5]).Sample((written, ends, size) =>
        {
            var output = new TextOutput(ends);
            var shown = new StringBuilder();
            foreach (var token in Encoding.UTF8.GetBytes(written).Chunk(size))
            {
                shown.Append(output.Push(token, null));
                if (output.IsStopped)
                {
                    break;
                }
            }

            shown.Append(output.Finish());
            var first = ends.Select(stop => (Start: written.IndexOf(stop, StringComparison.Ordinal), stop.Length)).Where(stop => stop.Start >= 0)
                .OrderBy(stop => stop.Start + stop.Length).ThenBy(stop => stop.Start).Select(stop => stop.Start).FirstOrDefault(written.Length);
            return shown.ToString() == written[..first] && output.IsStopped == (first < written.Length);
        });
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public void TheStopSequenceThatIsCompleteFirstCounts(int size)
    {
        var output = new TextOutput(["bcd", "c"]);

        var shown = string.Concat(Encoding.UTF8.GetBytes("abcd").Chunk(size).TakeWhile(_ => !output.IsStopped).Select(token => output.Push(token, null)));

        Assert.Equal("ab", shown);
    }

    [Fact]
    public void ACharacterIsShownWhole()
    {
        var output = new TextOutput([]);

        var shown = Encoding.UTF8.GetBytes("\U0001F996").Select(value => output.Push([value], null)).ToList();

        Assert.Equal(["", "", "", "\U0001F996"], shown);
        Assert.Equal("", output.Push([0xf0, 0x9f], null) + output.Finish());
    }

    [Fact]
    public async Task AnAnswerEndsBeforeAStopSequenceThatSpansTokens()
    {
        var whole = (await BuiltInModel.AskAsync("What is Godzilla?")).Text;
        for (var at = 1; at < whole.Length - 6; at += 5)
        {
            var stop = whole.Substring(at, 6);

            var response = await BuiltInModel.AskAsync("What is Godzilla?", new() { Temperature = 0, StopSequences = [stop] });

            Assert.Equal(whole[..whole.IndexOf(stop, StringComparison.Ordinal)], response.Text);
            Assert.Equal(ChatFinishReason.Stop, response.FinishReason);
        }
    }
}
