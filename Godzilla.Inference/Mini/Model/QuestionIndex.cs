namespace Godzilla.Inference.Mini.Model;

/// <summary>Finds the answers whose questions are most like a text.</summary>
internal static class QuestionIndex
{
    /// <summary>The best answers with how like their question is, 0 to 1, best first.</summary>
    internal static List<(int Answer, float Likeness)> Find(MiniModel model, string text, int count)
    {
        var query = TextFeatures.Query(text);
        var likeness = new Dictionary<int, float>();
        var length = 0f;
        foreach (var (feature, frequency) in query)
        {
            var at = Array.BinarySearch(model.QuestionFeatures, feature);
            var weight = MathF.Min(frequency, 2) * (at >= 0 ? model.FeatureWeights[at] : RareWeight(model));
            length += weight * weight;
            for (var posting = at >= 0 ? model.PostingStarts[at] : 0; at >= 0 && posting < model.PostingStarts[at + 1]; posting++)
            {
                var question = model.PostingQuestions[posting];
                likeness[question] = likeness.GetValueOrDefault(question) + (weight * model.PostingShares[posting]);
            }
        }

        var best = new Dictionary<int, float>();
        foreach (var (question, dot) in likeness)
        {
            var answer = model.QuestionAnswers[question];
            best[answer] = MathF.Max(best.GetValueOrDefault(answer), dot / MathF.Sqrt(length));
        }

        return [.. best.OrderByDescending(pair => pair.Value).ThenBy(pair => pair.Key).Take(count).Select(pair => (pair.Key, pair.Value))];
    }

    /// <summary>How like the text of a query another text is, 0 to 1, by the same measure.</summary>
    internal static float Likeness(MiniModel model, Dictionary<uint, float> first, string other)
    {
        var second = TextFeatures.Query(other);
        var (dot, firstLength, secondLength) = (0f, 0f, 0f);
        foreach (var (feature, frequency) in first)
        {
            var weight = Weight(model, feature);
            firstLength += frequency * frequency * weight * weight;
            dot += frequency * second.GetValueOrDefault(feature) * weight * weight;
        }

        foreach (var (feature, frequency) in second)
        {
            var weight = Weight(model, feature);
            secondLength += frequency * frequency * weight * weight;
        }

        return dot == 0 ? 0 : dot / MathF.Sqrt(firstLength * secondLength);
    }

    private static float Weight(MiniModel model, uint feature) =>
        Array.BinarySearch(model.QuestionFeatures, feature) is >= 0 and var at ? model.FeatureWeights[at] : RareWeight(model);

    // A word that no question has is as rare as can be, so that a question about it is like no other.
    private static float RareWeight(MiniModel model) => MathF.Log(1 + model.QuestionAnswers.Length);
}
