using Godzilla.Inference.Mini.Model;

namespace Godzilla.Inference.Mini.Training;

/// <summary>Builds the inverted index by which the model finds an answer.</summary>
internal static class QuestionIndexer
{
    internal sealed record Index(uint[] Features, float[] Weights, int[] Starts, int[] Questions, float[] Shares);

    internal static Index Build(IReadOnlyList<(string Text, int Answer)> questions)
    {
        var queries = questions.Select(question => TextFeatures.Query(question.Text)).ToList();
        var postings = new SortedDictionary<uint, List<(int Question, float Frequency)>>();
        for (var question = 0; question < queries.Count; question++)
        {
            foreach (var (feature, frequency) in queries[question])
            {
                if (!postings.TryGetValue(feature, out var list))
                {
                    postings[feature] = list = [];
                }

                list.Add((question, MathF.Min(frequency, 2)));
            }
        }

        var weights = postings.ToDictionary(pair => pair.Key, pair => MathF.Log(1 + ((float)questions.Count / pair.Value.Count)));
        var lengths = queries
            .Select(query => MathF.Sqrt(query.Sum(pair => MathF.Pow(MathF.Min(pair.Value, 2) * weights[pair.Key], 2))))
            .ToList();
        var starts = new List<int> { 0 };
        foreach (var list in postings.Values)
        {
            starts.Add(starts[^1] + list.Count);
        }

        return new(
            [.. postings.Keys],
            [.. postings.Keys.Select(feature => weights[feature])],
            [.. starts],
            [.. postings.Values.SelectMany(list => list.Select(posting => posting.Question))],
            [.. postings.SelectMany(pair => pair.Value.Select(posting => posting.Frequency * weights[pair.Key] / lengths[posting.Question]))]);
    }
}
