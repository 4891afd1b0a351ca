curl 'https://platform.clickatell.com/messages/http/send?apiKey=Uk9VVElORS1LRVktMDA&to=2799900001&content=Test+message+text'
